/* SPDX-License-Identifier: MIT */

/* Where one is, how one gets elsewhere, and which run is shown. */

const WIDE = matchMedia("(min-width: 62rem)");
const slider = byId("slider");
const TITLES = ["This run", "The other run"];
let here = 0, view = "run";

/* As in the list: what happens in the middle of a reload has numbers of its own. */
const numberOf = (position) => (position > 0 ? anyStepAt(position).number : 0);

/* Which steps need this one, and which ones it needs. */
function causesOf(position) {
        const step = stepAt(0, position), list = [], grouped = new Map();

        for (const [later, words] of step ? step.causes : [])
                grouped.set(later, (grouped.get(later) || []).concat(text(words)));
        for (const [later, words] of grouped)
                list.push([positionOf[0].get(later), `needs this step: ${words.slice(0, 4).join(", ")}${words.length > 4 ? " and more" : ""}`]);
        return list.sort(([a], [b]) => a - b);
}

function needsList(position) {
        const list = causesOf(position);

        return list.length === 0 || view === "other" ? [] : [h("ul", { class: "needs" }, list.map(([to, words]) => h("li", {},
                h("a", { href: `#${positions[to].id}` }, `Step ${numberOf(to)}`), " ", words)))];
}

function whyText(position) {
        const step = stepAt(0, position);

        if (position === 0)
                return "All of this was there before the first client did anything.";
        if (!step)
                return "Only the other run has this step.";
        if (step.flags & VIOLATES)
                return `Here the violation is seen: ${text(page.violation)}.`;
        if (step.flags & SKIPPED)
                return "This was impossible here and did not happen.";
        return step.flags & NEEDED ? "The violation needs this step." : "This merely happened: the violation does not need it.";
}

function partingText(position) {
        if (page.runs.length < 2 || position === 0)
                return "";
        if (difference < 0)
                return " Both runs are the same.";
        if (position === difference)
                return " Up to here both runs are the same; from here on they differ.";
        return position < difference ? " The other run is the same here." : "";
}

const isSplit = (position) => view === "both" && difference >= 0 && position >= difference;

function runColumn(run, position, compare, split) {
        const step = stepAt(run, position);
        const titles = "classes" in page ? ["under its order", "under an order of the largest class"] : ["the one that violates", "the closest one that does not"];

        return h("section", { class: `run run-${run}`, "aria-label": TITLES[run] },
                page.runs.length > 1 ? h("h3", {}, TITLES[run], h("small", {}, ` ${titles[run]}`),
                        split && step && text(step.caption) !== text(anyStepAt(position).caption) ? h("span", { class: "own" }, text(step.caption)) : null,
                        split && !step && position > 0 ? h("span", { class: "own" }, "does nothing here") : null) : h("h3", { class: "hidden" }, "The run"),
                streamPanels(step), notesPanel(step), changesPanel(step), journalPanel(step), statePanels(run, position, compare, split));
}

function showHeadline(position) {
        const step = (view === "other" && stepAt(1, position)) || anyStepAt(position);
        const actor = step ? ACTORS[step.actor] : null;

        byId("position").replaceChildren(position === 0 ? "Before the first step" : `Step ${numberOf(position)} of ${numberOf(last)}`,
                actor ? h("span", { class: `actor ${actor.name}` }, actor.one) : "");
        byId("caption").textContent = position === 0 ? "What was there" : text(step.caption);
        byId("why").textContent = whyText(position) + partingText(position);
        byId("headline").className = step && step.flags & VIOLATES && stepAt(0, position) === step ? "headline violated" : "headline";
}

function showRuns(position) {
        const split = isSplit(position), runs = split ? [0, 1] : [view === "other" ? 1 : 0];

        const setup = document.querySelector("nav .setup");

        byId("needs").replaceChildren(...needsList(position), ...(position === 0 && setup ? [setup.cloneNode(true)] : []));
        byId("runs").className = split ? "split" : "";
        byId("runs").replaceChildren(...runs.map((run) => runColumn(run, position, split || view === "other", split)));
}

function markList(position) {
        for (const item of document.querySelectorAll("nav .step")) {
                const current = item.dataset.id === positions[position].id;

                item.classList.toggle("current", current);
                if (current)
                        item.firstElementChild.setAttribute("aria-current", "step");
                else
                        item.firstElementChild.removeAttribute("aria-current");
        }
        const list = document.querySelector("nav .steps"), item = document.querySelector("nav .current");

        if (item && list.scrollHeight > list.clientHeight)
                list.scrollTop = item.offsetTop - list.clientHeight / 2;
}

function markScenario(position) {
        const step = anyStepAt(position);

        for (const line of document.querySelectorAll("#scenario .line"))
                line.classList.toggle("current", Boolean(step && step.line) && line.id === `line-${step.line}`);
}

function show(position) {
        const step = anyStepAt(position);

        here = position;
        slider.value = position;
        slider.setAttribute("aria-valuetext", position === 0 ? "Before the first step" : `Step ${numberOf(position)}: ${text(step.caption)}`);
        byId("where").textContent = `${numberOf(position)} / ${numberOf(last)}`;
        for (const [id, off] of [["first", position === 0], ["back", position === 0], ["next", position === last], ["last", position === last]])
                byId(id).setAttribute("aria-disabled", off);
        showHeadline(position);
        showRuns(position);
        markList(position);
        markScenario(position);
        markTrack(position);
        letRegionsScroll();
}

/* A region is a stop for the keyboard only where it has something to scroll. */
function letRegionsScroll() {
        for (const region of document.querySelectorAll(".wide"))
                if (region.scrollWidth > region.clientWidth)
                        region.tabIndex = 0;
                else
                        region.removeAttribute("tabindex");
}

function go(position) {
        const at = Math.max(0, Math.min(last, position));

        if (at === here)
                return;
        history.replaceState(null, "", `#${positions[at].id}`);
        show(at);
}

/* #step-7 may also be what happens in the middle of a reload; #line-5 is a line of the scenario. */
function positionOfLink(link) {
        const number = Number((/^step-(\d+)$/.exec(link) || [])[1]);
        const found = positions.findIndex((position) => position.id === link);

        if (found >= 0 || !number)
                return found;
        return positions.findIndex((_, i) => stepAt(0, i) && stepAt(0, i).interrupts.some((interrupt) => interrupt[0] === number));
}

function follow() {
        const link = decodeURIComponent(location.hash.slice(1)), position = positionOfLink(link);

        if (position >= 0)
                show(position);
        else if (link === "reading")
                byId("reading").open = true;
        else if (link.startsWith("line-") && byId(link)) {
                byId("scenario").open = true;
                byId(link).scrollIntoView({ block: "center" });
        }
        return position >= 0;
}

/* Where the arrows mean something else they are left alone. */
function ownsArrows(target) {
        const region = target.closest(".wide");

        return target.matches("input[type=radio]") || (region && region.scrollWidth > region.clientWidth);
}

function listenToKeys() {
        const keys = { ArrowLeft: () => here - 1, ArrowRight: () => here + 1, Home: () => 0, End: () => last };

        document.addEventListener("keydown", (event) => {
                if (!(event.key in keys) || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || ownsArrows(event.target))
                        return;
                event.preventDefault();
                go(keys[event.key]());
        });
}

function listenToControls() {
        for (const [id, to] of [["first", () => 0], ["back", () => here - 1], ["next", () => here + 1], ["last", () => last], ["part", () => difference]])
                byId(id).addEventListener("click", () => go(to()));
        slider.addEventListener("input", () => go(Number(slider.value)));
        for (const radio of document.querySelectorAll("[name=view]"))
                radio.addEventListener("change", () => {
                        view = radio.value;
                        show(here);
                });
        addEventListener("hashchange", follow);
        new ResizeObserver(() => {
                drawTrack();
                markTrack(here);
                letRegionsScroll();
        }).observe(scroller);
}

/* Automatic, light, dark; remembered where the browser lets a file remember something. */
function listenToTheme() {
        const themes = ["automatic", "light", "dark"], button = byId("theme");
        let theme = "automatic";
        const set = (name) => {
                theme = name;
                document.documentElement.dataset.theme = name;
                button.textContent = `Theme: ${name}`;
        };

        try {
                theme = localStorage.getItem("coldplug-theme") || theme;
        } catch { /* it is not let */ }
        set(themes.includes(theme) ? theme : "automatic");
        button.hidden = false;
        button.addEventListener("click", () => {
                set(themes[(themes.indexOf(theme) + 1) % themes.length]);
                try {
                        localStorage.setItem("coldplug-theme", theme);
                } catch { /* it is not let */ }
        });
}

function start() {
        document.documentElement.classList.add("scripted");
        for (const item of document.querySelectorAll("nav .step")) {
                item.dataset.id = item.id;
                item.removeAttribute("id");
        }
        byId("list").open = WIDE.matches;
        for (const part of [document.querySelector(".track"), document.querySelector(".transport"), byId("step")])
                part.hidden = false;
        byId("reading").open = byId("scenario").open = false;
        slider.max = last;
        if (page.runs.length > 1) {
                document.querySelector(".compare").hidden = false;
                byId("part").hidden = difference < 0;
                view = WIDE.matches ? "both" : "run";
                document.querySelector(`[name=view][value=${view}]`).checked = true;
        }
        drawTrack();
        if (!follow())
                show(difference >= 0 ? difference : Math.min(1, last));
        listenToKeys();
        listenToControls();
        listenToTheme();
}

start();
