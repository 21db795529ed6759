/* SPDX-License-Identifier: MIT */

/* What a step does, and what is there after it. */

const NOTES_SHOWN = 12;
const WAITING = "waiting";

/* These say little where they are as usual. */
const USUAL = new Map([["LoadState", "loaded"], ["Result", "success"], ["NRestarts", "0"]]);
const UNIT_FIELDS = ["LoadState", "Job", "Aliases", "MainPID", "ControlPID", "Result", "NRestarts", "FragmentPath", "ControlGroup"];

const kindOf = (subject) =>
        subject === "PID 1" ? "manager" : subject[0] === "/" ? "file" : subject.startsWith("process ") ? "process" : "unit";
const labelOf = (subject) => subject.replace(/^process /, "");
const gone = (fields) => [...fields.values()].every((field) => field.value === "");

function notesPanel(step) {
        if (!step)
                return panel();
        const item = ([run, did, needed]) => h("li", { class: needed ? null : "merely" }, code(`${text(run)}()`), " ", name(text(did)));
        const seen = new Set();
        const notes = step.notes.filter(([run, did]) => !seen.has(`${run} ${did}`) && seen.add(`${run} ${did}`));
        const shown = notes.length > NOTES_SHOWN ? notes.filter((note) => note[2]) : notes;
        const rest = notes.filter((note) => !shown.includes(note));

        return panel("What PID 1 does", null, notes.length === 0 ? [] : [
                h("ol", { class: "notes" }, shown.map(item)),
                rest.length > 0 ? folded(`${rest.length} more that the violation does not need`, () => h("ol", { class: "notes" }, rest.map(item))) : null]);
}

const orNone = (value) => value || "none";

const APPEARS = { unit: "is loaded", process: "starts", file: "is written", manager: "" };
const VANISHES = { unit: "leaves memory", process: "is reaped", file: "is removed", manager: "" };

/* What vanishes is one change, not one for each field that it had. */
function changeRows(subject, changes) {
        const appears = changes.some((change) => change[4] & 2), vanishes = kindOf(subject) !== "manager" && changes.some((change) => change[4] & 4);
        const needed = changes.some((change) => change[4] & 1), kind = kindOf(subject);
        const said = vanishes ? VANISHES[kind] : appears ? APPEARS[kind] : "";
        const last = changes.map(([, , old]) => text(old)).filter((old) => old.length < 24).slice(0, 3).join(", ");
        const head = h("tr", { class: needed ? "head" : "head merely" }, h("th", { scope: "rowgroup", colspan: 2 },
                name(labelOf(subject)), said ? h("b", { class: "said" }, ` ${said}`) : null, vanishes && last ? h("small", {}, ` was ${last}`) : null));

        return vanishes ? [head] : [head, changes.map(([, field, old, now, flags]) => [text(old), text(now)].includes(WAITING) ? h("tr", { class: flags & 1 ? "needed" : "merely" },
                h("td", { class: "item", colspan: 2 }, name(text(field)), text(now) ? [" now ", h("b", {}, WAITING)] : [" ", h("b", {}, "is taken")])) : h("tr", { class: flags & 1 ? "needed" : "merely" },
                h("td", { class: "field" }, name(text(field))),
                h("td", {}, text(old) ? [h("s", { class: "value" }, name(text(old))), h("span", { class: "arrow" }, " → ")] : null,
                        h("b", { class: "value" }, name(orNone(text(now)))))))];
}

function changesPanel(step) {
        const subjects = new Map();

        for (const change of step ? step.changes : [])
                subjects.set(change[0], (subjects.get(change[0]) || []).concat([change]));
        return panel("What changes", null, subjects.size === 0 ? [] : h("table", { class: "changes" },
                [...subjects].map(([subject, changes]) => h("tbody", {}, changeRows(text(subject), changes)))));
}

function shape(active) {
        const kind = { active: "on", reloading: "on", inactive: "off", failed: "failed" }[active] || "moving";

        return h("span", { class: `shape ${kind}`, "aria-hidden": "true" });
}

/* What is not so in the run that stands beside it, or in the one that does not. */
function unlike(other, split) {
        const sign = h("span", { "aria-hidden": "true" }, "≠ ");

        return h("small", { class: "unlike" }, split ? [sign, "differs"] : [sign, name(orNone(other && other.value)), " in this run"]);
}

/* A field with what was there before, if this step changed it, and whether the other run has it otherwise. */
function value(field, other, now, split) {
        const changed = field && field.step === now && field.old !== undefined;
        const differs = other !== undefined && (other ? other.value : "") !== (field ? field.value : "");

        return [h("span", { class: changed ? "value changed" : "value" }, name(orNone(field && field.value))),
                changed ? h("small", {}, field.old ? [" was ", h("s", {}, field.old)] : " new") : null,
                differs ? unlike(other, split) : null];
}

function unitCard(unit, fields, now, others, split) {
        const other = others ? others.get(unit) || new Map() : undefined;
        const of = (field) => (other ? other.get(field) || null : undefined);
        const active = fields.get("ActiveState"), sub = fields.get("SubState");
        const state = { value: active ? `${active.value} (${sub ? sub.value : ""})` : "" };
        const otherState = other && { value: other.has("ActiveState") ? `${other.get("ActiveState").value} (${(other.get("SubState") || {}).value})` : "" };
        const left = gone(fields), rows = [], usual = [];

        if (active && (active.step === now || (sub && sub.step === now)))
                Object.assign(state, { step: now, old: `${active.step === now ? active.old : active.value} (${sub && sub.step === now ? sub.old : sub && sub.value})` });
        for (const [field, at] of [...fields].sort(([a], [b]) => UNIT_FIELDS.indexOf(a) - UNIT_FIELDS.indexOf(b))) {
                const isUsual = USUAL.get(field) === at.value || field === "FragmentPath" || (field === "ControlGroup" && at.value.endsWith(`/${unit}`));

                if (["ActiveState", "SubState"].includes(field))
                        continue;
                if (isUsual && at.step !== now)
                        usual.push(field === "NRestarts" ? "0 restarts" : field === "Result" ? "result success" : at.value);
                else
                        rows.push(h("div", {}, h("dt", {}, field), h("dd", {}, value(at, of(field), now, split))));
        }
        if (left)
                return h("li", { class: "unit left" }, h("h5", {}, name(unit)), h("p", { class: "state" }, "left memory in this step", h("small", {}, " was ", h("s", {}, state.old || orNone((active || {}).old)))));
        return h("li", { class: [...fields.values()].some((field) => field.step === now) ? "unit touched" : "unit" },
                h("h5", {}, name(unit), unit === text("unit" in page ? page.unit : -1) ? h("small", { class: "tag" }, "the violation is about it") : null),
                h("p", { class: "state" }, shape(active && active.value), " ", value(state, otherState, now, split)),
                rows.length > 0 ? h("dl", {}, rows) : null,
                usual.length > 0 ? h("p", { class: "usual" }, usual.map((said, i) => [i > 0 ? " · " : "", name(said)])) : null);
}

function unitsPanel(state, now, others, split) {
        const units = [...state].filter(([subject]) => kindOf(subject) === "unit").sort(([a], [b]) => (a < b ? -1 : 1));
        const numbers = new Map(data.texts.map((known, i) => [known, i]));
        const moves = ([unit]) => changing.has(numbers.get(unit)) || units.length <= 6;
        const cards = (list) => h("ul", { class: "cards" }, list.map(([unit, fields]) => unitCard(unit, fields, now, others, split)));
        const still = units.filter((unit) => !moves(unit));

        return panel("Units", `${units.filter(([, fields]) => !gone(fields)).length} in memory`, units.length === 0 ? [] : [
                cards(units.filter(moves)),
                still.length > 0 ? folded(`${count(still.length, "unit", "units")} that no step changes`, () => cards(still)) : null]);
}

/* The processes by the cgroup that they are in, with the unit that owns it. */
function processesPanel(state, now, others, split) {
        const cgroups = new Map();
        const at = (path) => cgroups.get(path) || cgroups.set(path, { units: [], processes: [] }).get(path);

        for (const [subject, fields] of state) {
                const group = fields.get("ControlGroup"), path = group ? group.value || group.old : "";

                if (kindOf(subject) === "process")
                        at(path).processes.push([subject, fields]);
                else if (kindOf(subject) === "unit" && group && group.value)
                        at(path).units.push(subject);
        }
        const item = ([path, { units, processes }]) => h("li", {},
                h("p", { class: "path" }, path ? code(path) : "in no cgroup", units.length > 0 && !path.endsWith(`/${units[0]}`) ? [" of ", units.join(", ")] : null),
                h("ul", {}, processes.map(([subject, fields]) => {
                        const other = others ? others.get(subject) || new Map() : undefined;

                        return h("li", { class: gone(fields) ? "left" : null }, h("b", {}, labelOf(subject)), " ",
                                gone(fields) ? "is reaped" : value(fields.get("State"), other ? other.get("State") || null : undefined, now, split));
                }), processes.length === 0 ? h("li", { class: "soft" }, "no process") : null));

        const live = [...cgroups].filter(([, group]) => group.processes.length > 0), rest = [...cgroups].filter(([, group]) => group.processes.length === 0);

        live.sort(([a], [b]) => (a < b ? -1 : 1));
        return panel("Processes and cgroups", null, cgroups.size === 0 ? [] : [
                h("ul", { class: "tree" }, live.slice(0, 12).map(item)),
                live.length > 12 ? folded(`${live.length - 12} more cgroups with processes`, () => h("ul", { class: "tree" }, live.slice(12).map(item))) : null,
                rest.length > 0 ? folded(`${count(rest.length, "cgroup", "cgroups")} without a process`, () => h("ul", { class: "tree" }, rest.map(item))) : null]);
}

/* What waits for PID 1, what it does next, and the jobs. */
function queuePanel(state, now) {
        const manager = state.get("PID 1") || new Map(), items = [];
        const line = (what, field, kind) => h("li", { class: field.step === now ? "changed" : null }, kind,
                field.value === "" ? [h("s", {}, what), h("small", {}, " done")] : h("b", {}, what), field.step === now && field.value !== "" ? h("small", {}, " new") : null);

        for (const [what, field] of manager)
                if (what === "State")
                        items.push(h("li", { class: "dead" }, h("b", {}, `PID 1 is ${field.value}`)));
                else if (what === "Next")
                        items.push(line(field.value || field.old, field, "next: "));
                else if (field.value === WAITING || field.old === WAITING)
                        items.push(line(what, field, "waiting: "));
        for (const [subject, fields] of state)
                if (fields.has("Job") && (fields.get("Job").value || fields.get("Job").step === now))
                        items.push(line(`${fields.get("Job").value || fields.get("Job").old}, ${subject}`, fields.get("Job"), "job: "));
        return panel("Queue and jobs", null, items.length === 0 ? h("p", { class: "soft" }, "Nothing waits, and there is no job.") : h("ul", { class: "queue" }, items));
}

/* "as in line 5" leads to the scenario. */
function fileValue(field) {
        const line = /^as in line (\d+)$/.exec(field.value);

        return line ? h("a", { href: `#line-${line[1]}` }, field.value) : orNone(field.value);
}

function filesPanel(state, now) {
        const files = [...state].filter(([subject]) => kindOf(subject) === "file");

        return panel("Files", null, files.length === 0 ? [] : h("ul", { class: "files" }, files.map(([path, fields]) => {
                const file = fields.get("File") || { value: "" };

                return h("li", { class: file.step === now ? "changed" : null }, code(path), " ", fileValue(file),
                        file.step === now ? h("small", {}, file.old ? ` was ${file.old}` : " new") : null);
        })));
}

function journalPanel(step) {
        return panel("In the journal", null, !step || step.journal.length === 0 ? [] :
                h("ul", { class: "journal" }, step.journal.map((line) => h("li", {}, text(line)))));
}

function statePanels(run, position, compare, split) {
        const index = reached[run][position], now = positions[position].steps[run] >= 0 ? index : -2;
        const state = stateAfter(run, index);
        const others = compare ? stateAfter(1 - run, reached[1 - run][position]) : null;

        return [unitsPanel(state, now, others, split), processesPanel(state, now, others, split), queuePanel(state, now), filesPanel(state, now)];
}
