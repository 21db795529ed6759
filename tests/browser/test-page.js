/* SPDX-License-Identifier: MIT */
"use strict";

/* The pages of 'coldplug show --format html' in a real Chromium: node test-page.js FOLDER [SCREENSHOTS]. FOLDER has crash.html, large.html,
 * single.html and any others; see scripts/browser-test. */

const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { chromium } = require("playwright-core");

const [folder, screenshots] = process.argv.slice(2);
const PAGES = fs.readdirSync(folder).filter((name) => name.endsWith(".html")).sort();
const urlOf = (name) => `file://${path.resolve(folder, name)}`;
const SIZE_MAX = 300000, LOAD_MAX = 1000;

let browser;

/* A page that complains, or asks for anything, fails. */
async function open(name, { hash = "", ...options } = {}) {
        const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
        const page = await context.newPage();

        page.complaints = [];
        page.on("console", (message) => page.complaints.push(`${message.type()}: ${message.text()}`));
        page.on("pageerror", (error) => page.complaints.push(error.stack));
        page.on("dialog", (dialog) => page.complaints.push(`dialog: ${dialog.message()}`) && dialog.dismiss());
        page.on("request", (request) => request.url().split("#")[0] === urlOf(name) || page.complaints.push(`request: ${request.url()}`));
        await page.goto(urlOf(name) + hash);
        return page;
}

async function close(page) {
        assert.deepEqual(page.complaints, []);
        await page.context().close();
}

const caption = (page) => page.locator("#caption").textContent();
const where = async (page) => Number((await page.locator("#where").textContent()).split(" ")[0].replace("+", ""));

/* In the page: texts, with the contrast to what is behind them, that fall short of WCAG AA. */
function lowContrasts() {
        const channels = (color) => {
                const numbers = color.match(/[\d.]+/g).map(Number), unit = color.startsWith("color(") ? 255 : 1;

                return [...numbers.slice(0, 3).map((n) => n * unit), numbers.length > 3 ? numbers[3] : 1];
        };
        const luminance = (color) => color.slice(0, 3).map((n) => n / 255)
                .map((n) => (n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4))
                .reduce((sum, n, i) => sum + n * [0.2126, 0.7152, 0.0722][i], 0);
        const over = (top, bottom) => [0, 1, 2].map((i) => top[i] * top[3] + bottom[i] * (1 - top[3])).concat(1);
        const behind = (element) => {
                const own = channels(getComputedStyle(element).backgroundColor);

                if (own[3] === 1 || !element.parentElement)
                        return own[3] === 1 ? own : over(own, [255, 255, 255, 1]);
                return over(own, behind(element.parentElement));
        };
        const contrast = (a, b) => (Math.max(luminance(a), luminance(b)) + 0.05) / (Math.min(luminance(a), luminance(b)) + 0.05);
        const low = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);

        while (walker.nextNode()) {
                const element = walker.currentNode.parentElement, style = getComputedStyle(element);

                if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest("script, .hidden"))
                        continue;
                const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
                const ground = behind(element), ratio = contrast(over(channels(style.color), ground), ground);

                if (ratio < (large ? 3 : 4.5))
                        low.push(`${ratio.toFixed(2)} ${element.tagName}.${element.className}: ${walker.currentNode.data.trim().slice(0, 40)}`);
        }
        for (const mark of document.querySelectorAll(".scroller :is(.dot, .unlike, .parting)")) {
                const ground = behind(document.body), ratio = contrast(channels(getComputedStyle(mark).stroke), ground);

                if (ratio < 3)
                        low.push(`${ratio.toFixed(2)} mark ${mark.getAttribute("class")}`);
        }
        return low;
}

const tests = {
        async "pages are small and make no complaint"() {
                for (const name of PAGES) {
                        const page = await open(name);

                        assert.ok(fs.statSync(path.join(folder, name)).size < SIZE_MAX, name);
                        assert.notEqual((await caption(page)).trim(), "", name);
                        assert.equal(await page.evaluate(() => document.scripts.length), 2, name);
                        await page.keyboard.press("End");
                        await page.keyboard.press("Home");
                        await close(page);
                }
        },

        async "a large page opens in less than a second"() {
                const times = [];

                for (let i = 0; i < 3; i++) {
                        const page = await open("large.html");

                        times.push(await page.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd));
                        await close(page);
                }
                console.log(`    opened in ${times.map(Math.round).join(", ")} ms`);
                assert.ok(Math.min(...times) < LOAD_MAX);
        },

        async "a step of a large page is shown at once"() {
                const page = await open("large.html");
                const slowest = await page.evaluate(() => {
                        let most = 0;

                        for (let i = 0; i <= last; i += 7) {
                                const begin = performance.now();

                                show(i);
                                document.body.getBoundingClientRect();
                                most = Math.max(most, performance.now() - begin);
                        }
                        return most;
                });

                console.log(`    the slowest of its steps took ${Math.round(slowest)} ms`);
                assert.ok(slowest < 500);
                await close(page);
        },

        async "keys, buttons, slider and list step"() {
                const page = await open("crash.html", { hash: "#setting" });

                assert.equal(await where(page), 0);
                await page.keyboard.press("ArrowRight");
                assert.equal(await where(page), 1);
                assert.equal(new URL(page.url()).hash, "#step-1");
                await page.keyboard.press("End");
                const last = await where(page);
                assert.ok(last > 3);
                await page.keyboard.press("ArrowRight");
                assert.equal(await where(page), last);
                await page.keyboard.press("ArrowLeft");
                assert.equal(await where(page), last - 1);
                await page.keyboard.press("Home");
                assert.equal(await where(page), 0);
                for (const [id, key, at] of [["next", "Enter", 1], ["next", "Space", 2], ["back", "Enter", 1], ["last", "Enter", last], ["first", "Space", 0]]) {
                        await page.focus(`#${id}`);
                        await page.keyboard.press(key);
                        assert.equal(await where(page), at, id);
                }
                await page.focus("#slider");
                await page.keyboard.press("ArrowRight");
                assert.equal(await where(page), 1);
                assert.match(await page.getAttribute("#slider", "aria-valuetext"), /^Step 1: /);
                await page.click("nav li:nth-child(3) a");
                assert.equal(await where(page), 3);
                assert.equal(await page.getAttribute("nav li:nth-child(3) a", "aria-current"), "step");
                await page.goBack();
                await close(page);
        },

        async "a link opens its step"() {
                const page = await open("crash.html", { hash: "#step-2" });

                assert.equal(await where(page), 2);
                await page.evaluate(() => { location.hash = "#step-5"; });
                await page.waitForFunction(() => document.getElementById("where").textContent.startsWith("5"));
                await page.evaluate(() => { location.hash = "#line-4"; });
                await page.waitForFunction(() => document.getElementById("scenario").open);
                assert.equal(await where(page), 5);
                await close(page);
        },

        async "two runs stand side by side from their first difference on"() {
                const page = await open("crash.html");
                const first = await page.evaluate(() => difference);

                assert.ok(first > 0);
                assert.equal(await page.evaluate(() => here), first);
                assert.equal(await page.locator("#runs .run").count(), 2);
                const [left, right] = await Promise.all([0, 1].map((i) => page.locator("#runs .run").nth(i).boundingBox()));
                assert.equal(left.y, right.y);
                assert.ok(left.x + left.width <= right.x);
                assert.match(await page.locator("#why").textContent(), /from here on they differ/);
                await page.keyboard.press("ArrowLeft");
                assert.equal(await page.locator("#runs .run").count(), 1);
                assert.match(await page.locator("#why").textContent(), /is the same here/);
                await page.keyboard.press("End");
                await page.focus("#part");
                await page.keyboard.press("Enter");
                assert.equal(await page.evaluate(() => here), first);
                await page.focus("[name=view][value=both]");
                await page.keyboard.press("ArrowRight");
                assert.equal(await page.locator("#runs .run-1").count(), 1);
                assert.equal(await page.locator("#runs .run").count(), 1);
                await page.keyboard.press("ArrowLeft");
                await page.keyboard.press("ArrowLeft");
                assert.equal(await page.locator("#runs .run-0").count(), 1);
                assert.equal(await page.evaluate(() => here), first);
                await close(page);
        },

        async "the stream shows what is overwritten, and by what"() {
                const page = await open("crash.html"), row = page.locator(".run-0 .overlay tr", { has: page.locator("th", { hasText: /^state$/ }) });

                assert.deepEqual(await row.locator("td").allInnerTexts().then((texts) => texts.map((text) => text.replace(/\s+/g, " ").trim())),
                        ["running overwritten by entry 3", "dead overwrites entry 1", "dead of entry 3"]);
                assert.match(await page.locator(".run-0 .mixture").innerText(), /state=dead of .*3/s);
                assert.equal(await page.locator(".run-1 .mixture").count(), 0);
                await page.locator(".run-0 .collision .more summary").click();
                await page.locator(".run-0 .collision .more table").waitFor();
                assert.ok(await page.locator(".run-0 .collision .more table tbody tr").count() > 20);
                await close(page);
        },

        async "a step is said aloud"() {
                const page = await open("crash.html");
                const region = page.locator("[aria-live=polite]");

                assert.equal(await region.count(), 1);
                const before = await region.textContent();
                await page.keyboard.press("ArrowRight");
                assert.notEqual(await region.textContent(), before);
                assert.match(await region.textContent(), /Step \d+ of \d+/);
                await close(page);
        },

        async "it has landmarks, and everything a name"() {
                const page = await open("crash.html");

                for (const role of ["banner", "main", "navigation", "contentinfo"])
                        assert.equal(await page.getByRole(role).count(), 1, role);
                assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
                assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll("button, input, a, summary, [role=group], fieldset")]
                        .filter((control) => control.checkVisibility() && !control.textContent.trim() && !control.getAttribute("aria-label") &&
                                !(control.labels && control.labels.length)).map((control) => control.outerHTML)), []);
                assert.deepEqual(await page.evaluate(() => {
                        const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);

                        return ids.filter((id, i) => ids.indexOf(id) !== i);
                }), []);
                await close(page);
        },

        async "every control is reached by Tab, and shows it"() {
                for (const name of ["crash.html", "single.html"]) {
                        const page = await open(name), reached = new Set(), unseen = [];
                        const all = await page.evaluate(() => {
                                const controls = [...document.querySelectorAll("a[href], button, input, summary, [tabindex='0']")]
                                        .filter((control) => control.checkVisibility() && (control.type !== "radio" || control.checked));

                                controls.forEach((control, i) => { control.dataset.test = i; });
                                return controls.map((control) => control.outerHTML.slice(0, 90));
                        });

                        for (let i = 0; i < all.length + 5; i++) {
                                await page.keyboard.press("Tab");
                                const [control, seen] = await page.evaluate(() => {
                                        const at = document.activeElement, shown = at.type === "radio" ? at.nextElementSibling : at;

                                        return [at.dataset.test, getComputedStyle(shown).outlineStyle !== "none"];
                                });

                                if (control === undefined)
                                        continue;
                                reached.add(Number(control));
                                if (!seen)
                                        unseen.push(all[control]);
                        }
                        assert.deepEqual(all.filter((_, i) => !reached.has(i)), [], name);
                        assert.deepEqual(unseen, [], name);
                        await page.focus("summary >> nth=-1");
                        await page.keyboard.press("Enter");
                        assert.ok(await page.evaluate(() => document.getElementById("scenario").open));
                        await close(page);
                }
        },

        async "contrasts suffice in light and dark"() {
                for (const colorScheme of ["light", "dark"])
                        for (const name of ["crash.html", "single.html", "large.html"]) {
                                const page = await open(name, { colorScheme });

                                for (let i = 0; i <= Math.min(12, await page.evaluate(() => last)); i++) {
                                        await page.evaluate((at) => {
                                                show(at);
                                                document.querySelectorAll("details").forEach((details) => { details.open = true; });
                                        }, i);
                                        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
                                        assert.deepEqual(await page.evaluate(lowContrasts), [], `${name}, step ${i}, ${colorScheme}`);
                                }
                                await close(page);
                        }
        },

        async "the theme can be chosen"() {
                const page = await open("crash.html", { colorScheme: "dark" });
                const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
                const dark = await ground();

                await page.focus("#theme");
                await page.keyboard.press("Enter");
                assert.equal(await page.textContent("#theme"), "Theme: light");
                assert.notEqual(await ground(), dark);
                assert.deepEqual(await page.evaluate(lowContrasts), []);
                await page.keyboard.press("Enter");
                assert.equal(await ground(), dark);
                await close(page);
        },

        async "nothing is wider than the screen"() {
                for (const width of [360, 768, 1280, 1920])
                        for (const name of PAGES.filter((page) => width === 360 || !page.startsWith("nasty"))) {
                                const page = await open(name, { viewport: { width, height: 800 } });

                                for (const position of [0, 1, await page.evaluate(() => difference), await page.evaluate(() => last)].filter((at) => at >= 0)) {
                                        await page.evaluate((at) => {
                                                show(Math.min(at, last));
                                                document.querySelectorAll("details").forEach((details) => { details.open = true; });
                                        }, position);
                                        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
                                        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= width, `${name} at ${width}, step ${position}`);
                                }
                                await close(page);
                        }
        },

        async "it can be read without scripts"() {
                const page = await open("crash.html", { javaScriptEnabled: false });
                const shown = await page.locator("main").innerText();

                for (const said of ["PID 1 reloads", "overwrites state=dead over running of entry 1", "service_sigchld_event()", "In the other run:"])
                        assert.ok(shown.includes(said), said);
                assert.equal(await page.locator("button:visible").count(), 0);
                await close(page);
        },
};

async function takeScreenshots() {
        fs.mkdirSync(screenshots, { recursive: true });
        for (const width of [360, 1280, 1920])
                for (const colorScheme of ["light", "dark"]) {
                        const page = await open("crash.html", { colorScheme, viewport: { width, height: width === 1920 ? 1080 : 860 } });

                        await page.screenshot({ path: path.join(screenshots, `crash-${width}-${colorScheme}.png`), fullPage: width < 1920 });
                        await close(page);
                }
}

async function main() {
        let failed = 0;

        browser = await chromium.launch({
                executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
                args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run"],
        });
        for (const [name, test] of Object.entries(tests))
                try {
                        await test();
                        console.log(`ok  ${name}`);
                } catch (error) {
                        console.log(`BAD ${name}\n${error.stack}`);
                        failed++;
                }
        if (screenshots)
                await takeScreenshots();
        await browser.close();
        process.exitCode = failed ? 1 : 0;
}

main();
