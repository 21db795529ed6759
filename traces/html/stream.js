/* SPDX-License-Identifier: MIT */

/* The stream of a reload: which entry wrote a field, and which one overwrote it. */

const ENTRIES_SHOWN = 10, COLLISIONS_SHOWN = 3;

const FATES = {
        applied: (entry) => "into its own unit",
        aliased: (entry) => ["into ", code(entry.unit), ", of which it now is an alias"],
        given: (entry) => ["into ", code(entry.unit), ", where a fix puts it"],
        adopted: (entry) => ["into ", code(entry.unit), ", an orphan made for it"],
        dropped: () => "is read and dropped",
        unread: () => "is never read",
        stray: () => "is no entry: the reader took a line in the middle of something for a name",
};

const badge = (number) => h("span", { class: "badge" }, hidden("entry "), String(number));
const inWords = (line) => name(line.meaning || line.value || "yes");
const WATCHED = ["main-pid-known"];
const FIRST_ROWS = ["state", "result", "main-pid", "main-pid-known", "control-pid", "n-restarts"];
const isShown = (line) => line.section === 0 && Object.hasOwn(data.shown, line.key) && line.key !== "cgroup";
const rowOf = (line) => (line.section > 0 ? "job: " : "") + line.key;

/* Of several lines with one key, the one that counts. */
function lineFor(entry, row) {
        const lines = entry.lines.filter((line) => rowOf(line) === row);

        return lines.filter((line) => !line.ignored).pop() || lines.pop();
}

function remark(line) {
        if (line.ignored)
                return line.ignored[0] === line.entry ? null : ["ignored, ", badge(line.ignored[0]), " came first"];
        if (line.by)
                return ["overwritten by ", badge(line.by[0])];
        return line.over ? ["overwrites ", badge(line.over[0])] : null;
}

const isLost = (line) => line.ignored || line.by;

function cell(line) {
        if (!line)
                return h("td", { class: "none" }, hidden("nothing"), h("span", { "aria-hidden": "true" }, "–"));
        const said = remark(line), lost = isLost(line), wins = !lost && line.over && said;

        return h("td", { class: lost ? "lost" : wins ? "wins" : null },
                h(lost ? "s" : "span", { class: "value" }, inWords(line)), said ? h("small", {}, said) : null);
}

const staysOf = (row, entries) => entries.map((entry) => lineFor(entry, row)).filter((line) => line && !isLost(line)).pop();

/* A unit that has its state of one entry and its process of another is what no entry ever said. */
function mixture(entries) {
        const lines = FIRST_ROWS.map((row) => staysOf(row, entries)).filter((line) => line && isShown(line) && !["success", "0"].includes(line.value));
        const parts = entries.map((entry) => lines.filter((line) => line.entry === entry.number)).filter((part) => part.length > 0);

        return parts.length < 2 ? null : h("p", { class: "mixture" }, h("strong", {}, "A mixture stays: "), parts.map((part, i) => [i > 0 ? ", but " : "",
                part.map((line, j) => [j > 0 ? ", " : "", h("code", {}, line.key, "=", inWords(line))]), " of ", badge(part[0].entry)]), ".");
}

/* Rows are keys, columns the entries that were read into one unit, and what stays of them. */
function table(unit, entries, rows) {
        return h("div", { class: "wide", tabindex: "0", role: "group", "aria-label": `What the entries say of ${unit}` },
                h("table", { class: "overlay" },
                        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Field"),
                                entries.map((entry) => h("th", { scope: "col" }, badge(entry.number), " ", name(entry.name, 10))),
                                h("th", { scope: "col", class: "end" }, "In the end"))),
                        h("tbody", {}, rows.map((row) => {
                                const lines = entries.map((entry) => lineFor(entry, row));
                                const stays = staysOf(row, entries);

                                return h("tr", {}, h("th", { scope: "row" }, name(row)), lines.map(cell),
                                        h("td", { class: "end" }, stays
                                                ? [h("span", { class: "value" }, inWords(stays)), h("small", {}, "of ", badge(stays.entry))]
                                                : "–"));
                        }))));
}

function overlay(unit, entries) {
        const rows = [...new Set(entries.flatMap((entry) => entry.lines.map(rowOf)))];
        const rank = (row) => (FIRST_ROWS.includes(row) ? FIRST_ROWS.indexOf(row) : FIRST_ROWS.length);
        const matters = (row) => entries.some((entry) => {
                const line = lineFor(entry, row);

                return line && ((line.needed && isShown(line)) || (isShown(line) && line.meaning) ||
                        ((isShown(line) || WATCHED.includes(line.key)) && remark(line)));
        });
        const more = rows.filter((row) => !matters(row)).sort();
        const lost = more.filter((row) => entries.some((entry) => lineFor(entry, row) && isLost(lineFor(entry, row))));

        return h("div", { class: "collision" },
                h("p", {}, h("strong", {}, count(entries.length, "entry", "entries"), " for one unit. "),
                        code(unit), " was read from ", entries.map((entry, i) => [i > 0 ? ", then " : "", badge(entry.number), " ", code(entry.name)]),
                        "."),
                mixture(entries),
                table(unit, entries, rows.filter(matters).sort((a, b) => rank(a) - rank(b))),
                more.length > 0 ? folded(`${count(more.length, "more field", "more fields")}${lost.length > 0 ? `, ${lost.length} of them overwritten` : ""}`, () => table(unit, entries, more)) : null);
}

function allLines(entry) {
        return h("ul", { class: "lines" }, entry.lines.map((line) => {
                const said = remark(line);

                return h("li", { class: line.section > 0 ? "of-job" : null },
                        h(isLost(line) ? "s" : "code", {}, line.key, line.value ? `=${line.value}` : ""),
                        line.meaning ? ` (${line.meaning})` : null, said ? h("small", {}, " ", said) : null);
        }));
}

function entryItem(entry) {
        const values = [...new Map(entry.lines.filter(isShown).map((line) => [line.key, line])).values()]
                .filter((line) => !["success", "0"].includes(line.value));

        return h("li", { class: entry.needed || entry.overwrites > 0 ? "needed" : null, value: entry.number },
                h("p", {}, badge(entry.number), " ", h("strong", {}, code(entry.name)), " ",
                        h("span", { class: entry.fate === "applied" ? "soft" : "fate" }, FATES[entry.fate](entry))),
                h("p", { class: "values" }, values.map((line) => h("span", { class: "chip" }, line.key, "=", h("b", {}, inWords(line)))),
                        entry.overwrites > 0 ? h("span", { class: "chip warn" }, `overwrites ${count(entry.overwrites, "field", "fields")}`) : null),
                folded(`All ${count(entry.lines.length, "line", "lines")}`, () => allLines(entry)));
}

function interruptItem([number, caption, where, , actor]) {
        return h("li", { class: "interrupt" }, h("p", {}, h("span", { class: `actor ${ACTORS[actor].name}` }, `Step ${number}`), " ",
                h("strong", {}, text(caption)), ` in the middle of it: ${text(where)}`));
}

function streamList(entries, interrupts) {
        const items = [], quiet = [];
        const many = entries.length > ENTRIES_SHOWN;

        for (const entry of entries) {
                items.push(...interrupts.filter((interrupt) => interrupt[3] === entry.number).map(interruptItem));
                if (many && !entry.needed && entry.fate === "applied")
                        quiet.push(entry);
                else
                        items.push(entryItem(entry));
        }
        items.push(...interrupts.filter((interrupt) => interrupt[3] === 0).map(interruptItem));
        return [h("ol", { class: "entries" }, items), quiet.length > 0
                ? folded(`${count(quiet.length, "more entry", "more entries")}, each into its own unit`,
                        () => h("ol", { class: "entries" }, quiet.map(entryItem)))
                : null];
}

function streamPanels(step) {
        if (!step || !step.stream)
                return [panel(), panel(null, null, step && step.interrupts.length > 0
                        ? h("ol", { class: "entries" }, step.interrupts.map(interruptItem)) : [])];
        const entries = entriesOf(step.stream), units = new Map();

        for (const entry of entries.filter((entry) => entry.unit !== null))
                units.set(entry.unit, (units.get(entry.unit) || []).concat(entry));
        const collisions = [...units].filter(([, of]) => of.length > 1), matters = ([, of]) => of.some((entry) => entry.needed);
        const first = collisions.length > COLLISIONS_SHOWN ? collisions.filter(matters) : collisions;
        const rest = collisions.filter((collision) => !first.includes(collision)), show = ([unit, of]) => overlay(unit, of);

        return [
                panel("What collides in the stream", null, first.map(show), rest.length > 0
                        ? folded(`${count(rest.length, "more unit", "more units")} with several entries`, () => rest.map(show)) : null),
                panel("The stream", `${count(entries.length, "entry", "entries")}, in the order of the hash table`,
                        streamList(entries, step.interrupts),
                        folded("What PID 1 says of itself", () => h("ul", { class: "lines" }, step.stream.header.map((line) => h("li", {}, code(text(line))))))),
        ];
}
