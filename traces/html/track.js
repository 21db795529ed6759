/* SPDX-License-Identifier: MIT */

/* The overview: a column for each step, a row for each of those who act, and lines from what is needed to what needs it. */

const LANES = [24, 56, 88], UNLIKE = 118, RADIUS = 7;
const scroller = document.querySelector(".scroller");

function svg(tag, attributes, ...children) {
        const element = document.createElementNS("http://www.w3.org/2000/svg", tag);

        for (const [name, value] of Object.entries(attributes))
                element.setAttribute(name, value);
        element.append(...children);
        return element;
}

const SHAPES = [
        (x, y, r) => svg("rect", { x: x - r, y: y - r, width: 2 * r, height: 2 * r, rx: 2 }),
        (x, y, r) => svg("path", { d: `M${x} ${y - r - 1}l${r + 1} ${2 * r}h${-2 * r - 2}z` }),
        (x, y, r) => svg("circle", { cx: x, cy: y, r }),
];

function dot(x, actor, classes, step) {
        const y = LANES[actor], group = svg("g", { class: `dot ${ACTORS[actor].name} ${classes}` }, SHAPES[actor](x, y, RADIUS));

        if (step && step.flags & VIOLATES)
                group.append(svg("path", { class: "cross", d: `M${x - 3} ${y - 3}l6 6m0 -6l-6 6` }));
        return group;
}

/* Between dots in one row the line goes around what is between them. */
function edge(x1, y1, x2, y2) {
        const middle = (x1 + x2) / 2;

        if (y1 === y2)
                return `M${x1 + 4} ${y1 - RADIUS}Q${middle} ${y1 - 32} ${x2 - 5} ${y1 - RADIUS - 2}`;
        return `M${x1 + (RADIUS + 1)} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2 - RADIUS - 3} ${y2}`;
}

function drawTrack() {
        const width = scroller.clientWidth, pad = 22;
        const gap = Math.max(20, Math.min(200, (width - 2 * pad) / Math.max(last, 1)));
        const height = page.runs.length > 1 ? 134 : 108, total = Math.max(width, 2 * pad + gap * last);
        const x = (position) => pad + gap * position;
        const edges = svg("g", { class: "edges" }), dots = svg("g", {}), marks = svg("g", {});

        for (let i = 1; i <= last; i++) {
                const step = anyStepAt(i), own = stepAt(0, i);

                dots.append(dot(x(i), step.actor, own && own.flags & NEEDED ? "needed" : own ? "merely" : "other", own));
                for (const interrupt of step.interrupts)
                        dots.append(dot(x(i), interrupt[4], interrupt[5] ? "needed" : "merely"));
                if (positions[i].differs)
                        marks.append(svg("path", { class: "unlike", d: `M${x(i) - 5} ${UNLIKE - 3}h10m-10 6h10m-7 3l4 -12` }));
                for (const [later, words] of own ? own.causes : []) {
                        const to = positionOf[0].get(later), target = page.runs[0].steps[later];

                        if (!target || to === i)
                                continue;
                        edges.append(svg("path", { d: edge(x(i), LANES[own.actor], x(to), LANES[target.actor]), "data-from": i, "data-to": to }));
                }
        }
        if (difference > 0)
                marks.append(svg("path", { class: "parting", d: `M${x(difference) - gap / 2} 4V${height - 4}` }));
        scroller.replaceChildren(svg("svg", { width: total, height, viewBox: `0 0 ${total} ${height}`, "aria-hidden": "true" },
                svg("defs", {}, svg("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 6, refY: 4, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto" }, svg("path", { d: "M0 0l8 4l-8 4z" }))),
                svg("rect", { class: "here", x: 0, y: 2, width: Math.min(gap - 2, 40), height: height - 4, rx: 6 }),
                svg("g", { class: "rows" }, ...LANES.map((y) => svg("path", { d: `M${pad}  ${y}H${total - pad}` }))), svg("path", { class: "begin", d: `M${pad} ${LANES[0] - 8}V${LANES[2] + 8}` }), edges, dots, marks));
        scroller.onclick = (event) => go(Math.max(0, Math.min(last, Math.round((event.offsetX - pad) / gap))));
        scroller.dataset.gap = gap;
        document.querySelector(".lanes").replaceChildren(
                ...ACTORS.map((actor, i) => h("span", { class: `lane-${i}` }, actor.label)),
                ...(page.runs.length > 1 ? [h("span", { class: "lane-3" }, "Differs")] : []));
}

function markTrack(position) {
        const here = scroller.querySelector(".here"), gap = Number(scroller.dataset.gap);

        here.setAttribute("x", 22 + gap * position - here.getAttribute("width") / 2);
        for (const path of scroller.querySelectorAll(".edges path"))
                path.classList.toggle("near", Number(path.dataset.from) === position || Number(path.dataset.to) === position);
        scroller.scrollLeft = 22 + gap * position - scroller.clientWidth / 2;
}
