/* SPDX-License-Identifier: MIT */

/* The trace: texts and blocks of lines by number (show-html-data.c). */

const data = JSON.parse(byId("data").textContent);
const text = (n) => (n < 0 ? null : data.texts[n]);
const page = data.page;

/* Steps that are alike stand there once, without the lists that are empty. */
const EMPTY = { notes: [], changes: [], interrupts: [], journal: [], causes: [], flags: 0 };

for (const run of page.runs)
        run.steps = run.steps.map((n) => ({ ...EMPTY, ...data.steps[n] }));

const ACTORS = [
        { name: "client", label: "Clients", one: "a client" },
        { name: "world", label: "Processes", one: "a process" },
        { name: "pid1", label: "PID 1", one: "PID 1" },
];
const NEEDED = 1, VIOLATES = 2, SKIPPED = 4;

/* Position 0 is what was there before the first step; position n is behind the n-th pair of steps. */
const positions = [{ id: "setting", steps: [-1, -1], differs: false }].concat(
        page.positions.map(([run, other, differs, id]) => ({ id: text(id), steps: [run, other], differs: differs === 1 })));
const difference = page.difference < 0 ? -1 : page.difference + 1;
const last = positions.length - 1;

/* reached[run][position]: the last step of the run up to there; -1: none yet. */
const reached = page.runs.map((_, run) => {
        let step = -1;

        return positions.map((position) => (step = Math.max(step, position.steps[run])));
});
const positionOf = page.runs.map((_, run) => new Map(positions.map((position, i) => [position.steps[run], i])));

const stepAt = (run, position) => page.runs[run] && page.runs[run].steps[positions[position].steps[run]];
const anyStepAt = (position) => stepAt(0, position) || stepAt(1, position);

/* What changes at any time, in either run. */
const changing = new Set(page.runs.flatMap((run) => run.steps.flatMap((step) => step.changes.map((change) => change[0]))));

function linesOf(entry, number) {
        const lines = [], [, , , block, , , marks] = entry;
        let section = 0;

        for (const n of data.blocks[block])
                if (n < 0)
                        section = -n - 1;
                else {
                        const line = text(n), equals = line.indexOf("=");

                        lines.push({
                                entry: number,
                                section,
                                key: equals < 0 ? line : line.slice(0, equals),
                                value: equals < 0 ? "" : line.slice(equals + 1),
                        });
                }
        for (const mark of marks)
                Object.assign(lines[mark.l], {
                        over: mark.o,
                        by: mark.b,
                        ignored: mark.g,
                        meaning: "m" in mark ? text(mark.m) : null,
                        needed: mark.f === 1,
                });
        return lines;
}

function entriesOf(stream) {
        return stream.entries.map((n) => data.entries[n]).map((entry, i) => ({
                number: i + 1,
                name: text(entry[0]),
                unit: text(entry[1]),
                fate: text(entry[2]),
                needed: entry[4] === 1,
                overwrites: entry[5],
                lines: linesOf(entry, i + 1),
        }));
}

/* The state of a run behind one of its steps: subject -> field -> { value, old, step }, where a field that the step itself took
 * away still is there, without a value. */
function stateAfter(run, index) {
        const state = new Map();
        const fieldsOf = (subject) => state.get(subject) || state.set(subject, new Map()).get(subject);

        for (const [subject, ...fields] of page.runs[run].setting)
                for (let i = 0; i < fields.length; i += 2)
                        fieldsOf(text(subject)).set(text(fields[i]), { value: text(fields[i + 1]), step: -1 });
        for (let i = 0; i <= index; i++)
                for (const [subject, field, old, now] of page.runs[run].steps[i].changes) {
                        const fields = fieldsOf(text(subject));

                        if (text(now) === "" && i < index)
                                fields.delete(text(field));
                        else
                                fields.set(text(field), { value: text(now), old: text(old), step: i });
                }
        for (const [subject, fields] of state)
                if (fields.size === 0)
                        state.delete(subject);
        return state;
}
