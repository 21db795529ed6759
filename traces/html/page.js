/* SPDX-License-Identifier: MIT */
"use strict";

/* Elements are made with text nodes only: no text of a trace is ever read as HTML. */

const byId = (id) => document.getElementById(id);

function h(tag, attributes, ...children) {
        const element = document.createElement(tag);

        for (const [name, value] of Object.entries(attributes || {}))
                if (value !== null && value !== false)
                        element.setAttribute(name, value === true ? "" : value);
        element.append(...children.flat(Infinity).filter((child) => child !== null && child !== false && child !== ""));
        return element;
}

/* Long names may break behind what parts their words. */
const name = (text, short = 16) => text.length < short ? text : text.split(/(?<=\w[./@_-])(?=\w)/).flatMap((part, i) => (i > 0 ? [h("wbr"), part] : [part]));
const code = (text) => h("code", {}, name(text));
const hidden = (text) => h("span", { class: "hidden" }, text);
const count = (n, one, many) => `${n} ${n === 1 ? one : many}`;

/* What is folded away is made when it is unfolded for the first time. */
function folded(summary, make) {
        const details = h("details", { class: "more" }, h("summary", {}, summary));

        details.addEventListener("toggle", () => details.append(...[make()].flat()), { once: true });
        return details;
}

/* A part of a step. It is there when it is empty, so that those of two runs stand side by side. */
function panel(title, note, ...children) {
        const content = children.flat(Infinity).filter((child) => child !== null && child !== false);

        if (content.length === 0)
                return h("div", { class: "panel empty" });
        return h("section", { class: "panel" }, h("h4", {}, title, note ? h("small", {}, " ", note) : null), content);
}
