// What a reader of the report does, in Chromium. Every check that fails is printed, and
// the exit code says so.

import {readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";

const require = createRequire(join(process.env.TOOLS, "package.json"));
const puppeteer = require("puppeteer-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const [, , directory] = process.argv;
const pictures = process.env.REPORT_PICTURES;

let failures = 0;
function check(what, ok, seen) {
  if (ok) return;
  failures++;
  console.log("FAILED:", what, seen === undefined ? "" : JSON.stringify(seen));
}

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  env: {...process.env, LD_LIBRARY_PATH: process.env.CHROMIUM_LIBRARIES},
});

// open opens a page, which may load nothing and may not complain.
async function open(name, {scheme = "light", width = 1280, height = 800} = {}) {
  const page = await browser.newPage();
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(error.message));
  page.on("request", (request) => { if (!request.url().startsWith("file://" + directory)) said.push("loads " + request.url()); });
  await page.setViewport({width, height});
  await page.emulateMediaFeatures([{name: "prefers-color-scheme", value: scheme}]);
  await page.goto("file://" + join(directory, name + ".html"));
  await until(page, "the first step is shown", () => document.querySelector("#detail h2"));
  return {page, said, close: async () => {
    check(name + " is silent", said.length === 0, said);
    await page.close();
  }};
}

async function until(page, what, condition, ...values) {
  await page.waitForFunction(condition, {timeout: 120000, polling: 50}, ...values).catch(() => check(what, false));
}

async function picture(page, name) {
  if (!pictures) return;
  await sleep(300);
  await page.screenshot({path: join(pictures, name + ".png")});
}

// accessible asks axe.
async function accessible(page, what) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => (await window.axe.run(document, {resultTypes: ["violations"]})).violations
    .map((v) => [v.impact, v.id, v.nodes.slice(0, 2).map((n) => n.html.slice(0, 200))]));
  const serious = found.filter(([impact]) => impact === "serious" || impact === "critical" || impact === "moderate");
  check(what + " has nothing serious", serious.length === 0, serious);
}

const heading = (page) => page.$eval("#detail h2", (h) => h.textContent);
const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.getAttribute("role") || document.activeElement.tagName);

async function tabTo(page, id) {
  for (let i = 0; i < 30; i++) {
    if (await focused(page) === id) return;
    await page.keyboard.press("Tab");
  }
  check("Tab comes to " + id, false);
}

// The failed run, whose texts are hostile.
for (const options of [{scheme: "light"}, {scheme: "dark"}, {scheme: "light", width: 400, height: 800}]) {
  const {page, close} = await open("failed", options);
  const look = options.scheme + (options.width ? "-narrow" : "");
  check("nothing hostile ran", await page.evaluate(() => window.taken === undefined && !document.querySelector("img")));
  check("a narrow page does not scroll sideways", await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1));
  await until(page, "the log is shown with its colours", () => document.querySelector(".row .c1")?.textContent.startsWith("red </script>"));
  check("colours go on in the next line", await page.evaluate(() => [...document.querySelectorAll(".row")][1].querySelector(".c1")?.textContent === "still red"));
  check("hidden characters are shown", (await page.$eval(".lines", (box) => box.textContent)).includes("⟨U+202E⟩gnp.exe"));
  await accessible(page, "the failed run, " + look);
  await picture(page, "hostile-" + look);
  for (const tab of options.width ? [] : options.scheme === "dark" ? ["graph"] : ["graph", "about"]) {
    await page.click("#tab-" + tab);
    await accessible(page, tab + ", " + look);
  }
  await close();
}

{ // With the keyboard alone.
  const {page, close} = await open("failed");
  await tabTo(page, "steps");
  await page.keyboard.press("Home");
  check("Home is the first step", (await heading(page)).startsWith("Build"), await heading(page));
  check("a screen reader is told", await page.$eval("#steps", (box) => document.getElementById(box.getAttribute("aria-activedescendant")).textContent) === "✓Build, Task, succeeded, 2 attempts, 4s");
  check("attempts are a table", (await page.$eval("#detail table", (table) => table.textContent)).includes("at plan.yaml:14"));
  await page.keyboard.press("ArrowDown");
  check("ArrowDown is the next one", (await heading(page)).startsWith("Fork"));
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  check("Enter goes to the step", await focused(page) === "detail", await focused(page));
  await page.keyboard.press("/");
  await page.keyboard.type("NEEDLE");
  await until(page, "the search finds", () => document.querySelector(".viewer .state").textContent === "1 of 1 matching line");
  await until(page, "it marks", () => document.querySelector(".row.now mark")?.textContent === "needle");
  check("a line that was written over shows its end", await page.evaluate(() => !document.querySelector(".lines").textContent.includes("progress 1p")));
  await tabTo(page, "tab-timeline").catch(() => {});
  await page.focus("#text-Log");
  await page.keyboard.press("ArrowRight");
  await until(page, "the changes are shown", () => document.querySelector("#text table")?.textContent.includes("1234567890123456789012345678901234567891") || document.querySelector("#text table")?.textContent.includes("12345678901234567891"));
  await accessible(page, "changes");
  await page.focus("#tab-timeline");
  await page.keyboard.press("ArrowRight");
  check("the graph is shown", await page.$eval("#graph", (panel) => !panel.hidden));
  await page.$eval(".plan .node[tabindex='0']", (node) => node.focus());
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  check("a node shows its step", (await heading(page)).includes("</script>"), await heading(page));
  check("the address names it", await page.evaluate(() => location.hash) === "#step-4");
  await page.click("#theme");
  check("the theme changes", await page.evaluate(() => getComputedStyle(document.body).backgroundColor) === "rgb(13, 17, 23)");
  await close();
}

{ // On a telephone.
  const {page, close} = await open("many", {width: 400, height: 800});
  await until(page, "the end of the log is in sight", () => document.querySelector(".lines").textContent.includes("600021no"));
  check("few elements on a narrow page", await page.evaluate(() => document.querySelectorAll(".step, .row").length) < 200);
  await picture(page, "many-narrow");
  await close();
}

{ // 2,000 steps, and a log of more lines than a browser draws.
  const {page, close} = await open("many");
  check("the failed step is shown", (await heading(page)).startsWith("Step2000"));
  await until(page, "the end of its log is in sight", () => document.querySelector(".lines").textContent.includes("600021no"));
  check("few elements", await page.evaluate(() => document.querySelectorAll(".step, .row").length) < 200);
  await picture(page, "many");
  await page.focus("#steps");
  await page.keyboard.press("Home");
  check("the first step is shown", (await heading(page)).startsWith("Step0001"));
  await page.keyboard.press("End");
  await page.type(".search input", "needle");
  await until(page, "the search finds it", () => document.querySelector(".row.now")?.textContent === "600001the needle");
  await page.type("#filter", "199");
  check("the filter counts", await page.$eval("#found", (found) => found.textContent) === "12 steps of 2,000", await page.$eval("#found", (found) => found.textContent));
  await page.evaluate(() => { document.querySelector("#filter").value = ""; document.querySelector("#filter").dispatchEvent(new Event("input")); });
  await page.click("#tab-graph");
  await picture(page, "many-graph");
  check("the graph is at the step", await page.$eval(".plan .chosen", (node) => node.getBoundingClientRect().top < innerHeight));
  await page.click("#tab-timeline");
  await page.emulateMediaType("print");
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  check("all steps are printed", await page.evaluate(() => document.querySelectorAll(".step").length) === 2000);
  await close();
}

await browser.close();
process.exit(failures ? 1 : 0);
