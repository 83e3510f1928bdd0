const run = JSON.parse(byId("data").textContent);
const visits = new Map(run.steps.map((step) => [step.visit, step]));

// tabs makes a row of tabs work: one is chosen, arrows go on to the next.
function tabs(bar, open) {
  const all = [...bar.querySelectorAll("[role=tab]")];
  const choose = (tab) => {
    for (const other of all) {
      other.setAttribute("aria-selected", String(other === tab));
      other.tabIndex = other === tab ? 0 : -1;
    }
    open(tab.textContent);
  };
  for (const [i, tab] of all.entries()) {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const by = {ArrowRight: 1, ArrowLeft: -1}[event.key];
      if (!by) return;
      const next = all[(i + by + all.length) % all.length];
      next.focus();
      choose(next);
      event.preventDefault();
    });
  }
}

// choose shows a step everywhere.
function choose(visit) {
  const step = visits.get(visit);
  if (!step) return;
  steps.mark(visit);
  detail(run, step, step.status === "FAILED" ? "Log" : view.preferred);
  for (const node of nodes) node.classList.toggle("chosen", nameOf(node) === step.name);
  if (location.hash !== "#step-" + visit) history.replaceState(null, "", "#step-" + visit);
}

const nodes = [...document.querySelectorAll(".plan .node")];
const nameOf = (node) => run.nodes[node.dataset.node];
const steps = new Steps(run, choose);

// The graph: a click or Enter shows the step's visit that matters most.
const rank = {FAILED: 4, STOPPED: 3, CAUGHT: 2, SUCCEEDED: 1};
function chooseNode(node) {
  let best;
  for (const step of run.steps) if (step.name === nameOf(node) && (!best || rank[step.status] > rank[best.status])) best = step;
  if (best) choose(best.visit);
}
for (const [i, node] of nodes.entries()) {
  if (i === 0) node.setAttribute("tabindex", "0");
  node.addEventListener("click", () => chooseNode(node));
  node.addEventListener("keydown", (event) => {
    const next = nodes[{ArrowDown: i + 1, ArrowRight: i + 1, ArrowUp: i - 1, ArrowLeft: i - 1, Home: 0, End: nodes.length - 1}[event.key]];
    if (event.key === "Enter" || event.key === " ") chooseNode(node);
    else if (!next) return;
    else {
      node.setAttribute("tabindex", "-1");
      next.setAttribute("tabindex", "0");
      next.focus();
      next.scrollIntoView({block: "nearest", inline: "nearest"});
    }
    event.preventDefault();
  });
}

const svg = document.querySelector("svg.plan");
const natural = svg ? [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height] : [0, 0];
let zoom = 1;
function scale(to) {
  zoom = Math.max(0.05, Math.min(4, to));
  if (!svg) return;
  svg.setAttribute("width", natural[0] * zoom);
  svg.setAttribute("height", natural[1] * zoom);
}
byId("fit").addEventListener("click", () => {
  const box = byId("drawing");
  scale(Math.min((box.clientWidth - 28) / natural[0], Math.max((box.clientHeight - 16) / natural[1], 0.4)));
});
byId("smaller").addEventListener("click", () => scale(zoom / 1.25));
byId("larger").addEventListener("click", () => scale(zoom * 1.25));

// About: the run, its messages, startup logs and payloads.
function about() {
  const root = byId("about");
  const table = el("tbody");
  const fact = (name, value) => { if (value) table.append(el("tr", {}, el("th", {scope: "row"}, name), el("td", {}, plain(value)))); };
  fact("Run", run.about.id);
  fact("Kept in", run.origin);
  fact("Template", run.about.template);
  fact("Started", new Date(run.started).toLocaleString());
  fact("runnerctl", run.about.program);
  fact("From step", run.about.from);
  fact("Payload of run", run.about.previous);
  fact("Only steps", (run.about.steps || []).join(", "));
  root.append(el("table", {}, table));
  if (run.messages) {
    root.append(el("h2", {}, "Messages"));
    for (const said of run.messages) root.append(el("pre", {}, clock(said.at) + "  " + said.level + ": " + plain(said.text).trim()));
  }
  const texts = [["Input of the plan", run.input, "input.json"], ["Output of the plan", run.output, "output.json"]];
  for (const one of run.startup || []) texts.push(["Startup of Runner " + plain(one.runner), one.log, "startup.log"]);
  for (const [name, text, file] of texts) {
    if (!text) continue;
    const more = el("details", {}, el("summary", {}, name + ", " + size(text.bytes)));
    more.addEventListener("toggle", () => {
      if (!more.open || more.children.length > 1) return;
      const shown = new Viewer(text, name, file);
      shown.root.style.height = "50vh";
      more.append(shown.root);
    });
    root.append(more);
  }
}

const panels = {Timeline: "timeline", Graph: "graph", About: "about"};
tabs(byId("views"), (name) => {
  for (const [other, id] of Object.entries(panels)) byId(id).hidden = other !== name;
  document.querySelector(".filters").hidden = name !== "Timeline";
  if (name !== "Graph") return;
  scale(Math.min(zoom, Math.max(0.4, (byId("drawing").clientWidth - 28) / natural[0])));
  document.querySelector(".plan .chosen")?.scrollIntoView({block: "center", inline: "nearest"});
});

const theme = byId("theme");
const isDark = () => (document.documentElement.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
const nameTheme = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
theme.addEventListener("click", () => {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  nameTheme();
});
nameTheme();

addEventListener("beforeprint", () => {
  steps.list.print(3000);
  if (view.viewer) view.viewer.list.print(1000);
});
addEventListener("afterprint", () => {
  steps.list.printed();
  if (view.viewer) view.viewer.list.printed();
});
addEventListener("keydown", (event) => {
  const find = view.viewer && view.viewer.input;
  if (event.key !== "/" || !find || /INPUT/.test(document.activeElement.tagName)) return;
  find.focus();
  event.preventDefault();
});

const named = () => Number((/^#step-(\d+)$/.exec(location.hash) || [])[1]);
addEventListener("hashchange", () => choose(named()));
about();
if (run.steps.length) choose(visits.has(named()) ? named() : run.failed || run.steps[0].visit);
