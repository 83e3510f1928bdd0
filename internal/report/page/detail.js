// One step: why it failed, its attempts, and its texts in tabs.

function detail(run, step, preferred) {
  const views = [];
  const viewer = (text, label, name, atEnd) => () => new Viewer(text, label, name, atEnd);
  const file = step.name.replace(/[^A-Za-z0-9._-]/g, "_");
  if (step.log) views.push(["Log", viewer(step.log, "Log of " + plain(step.path), file + ".log", step.status === "FAILED")]);
  if (step.changes) views.push(["Changes", () => changes(step.changes)]);
  if (step.input) views.push(["Input", viewer(step.input, "Input of " + plain(step.path), file + "-input.json")]);
  if (step.output) views.push(["Output", viewer(step.output, "Output of " + plain(step.path), file + "-output.json")]);
  if (step.variables) views.push(["Variables", viewer(step.variables, "Variables of " + plain(step.path), file + "-variables.json")]);
  const body = el("div", {role: "tabpanel", id: "text", "aria-labelledby": "text-tabs"});
  const bar = el("div", {role: "tablist", id: "text-tabs", "aria-label": "Texts of the step"});
  const open = (name) => {
    const found = views.find(([known]) => known === name) || views[0];
    const shown = found[1]();
    view.viewer = shown instanceof Viewer ? shown : null;
    body.replaceChildren(shown.root || shown);
    body.setAttribute("aria-labelledby", "text-" + found[0]);
    view.preferred = found[0];
  };
  for (const [name] of views) bar.append(el("button", {type: "button", role: "tab", id: "text-" + name, "aria-controls": "text"}, name));
  const top = el("div", {class: "top", tabindex: "0", role: "group", "aria-label": "About the step"}, el("h2", {}, plain(step.path), " ", el("span", {class: "status " + step.status}, marks[step.status] + " " + step.status.toLowerCase())), facts(run, step));
  if (step.reason && step.visit !== run.failed) { // the page begins with that one
    top.append(el("div", {class: "why " + step.status}, el("pre", {}, plain(step.reason))));
  }
  if (step.attempts && step.attempts.length > 1) top.append(attempts(step));
  byId("detail").replaceChildren(top, ...(views.length ? [el("div", {class: "bar"}, bar), body] : [el("p", {class: "empty"}, "The step printed nothing, and its payloads are not kept.")]));
  if (!views.length) return;
  tabs(bar, open);
  const first = views.some(([name]) => name === preferred) ? preferred : views[0][0];
  byId("text-" + first).click();
}

// view is what the reader looks at, which the next step shows too.
const view = {preferred: "", viewer: null};

function facts(run, step) {
  const row = el("p", {class: "facts"});
  const attempts = step.attempts || [];
  for (const fact of [
    step.type, step.runner && "on " + step.runner, place(step.place), clock(step.end - step.start), step.price, "starts at " + clock(step.start),
    attempts.length > 1 && plural(attempts.length, "attempt"), step.wait && "waits " + clock(step.wait), step.next && "next: " + step.next,
  ]) if (fact) row.append(el("span", {}, plain(fact)), " ");
  return row;
}

function attempts(step) {
  const body = el("tbody");
  for (const [i, one] of step.attempts.entries()) {
    body.append(el("tr", {},
      el("td", {class: "brief"}, String(i + 1)), el("td", {class: "brief"}, clock(one.start)), el("td", {class: "brief"}, clock(one.end - one.start)),
      el("td", {}, el("pre", {}, plain(one.reason || "succeeded")), one.delay ? el("div", {class: "quiet"}, "the next attempt followed after " + clock(one.delay)) : "")));
  }
  return el("table", {}, el("caption", {hidden: ""}, "Attempts"), el("thead", {}, head("Attempt", "Start", "Time", "Result")), body);
}

function head(...names) {
  const row = el("tr");
  for (const name of names) row.append(el("th", {scope: "col"}, name));
  return row;
}

// changes is a table of what a step did to its payload.
function changes(text) {
  const root = el("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": "What the step changed in the payload"});
  whole(text).then((json) => {
    const {changes, more} = JSON.parse(json);
    if (!changes || !changes.length) return root.append(el("p", {class: "empty"}, "The step's output is its input: nothing changed."));
    const body = el("tbody");
    for (const {path, before, after} of changes) {
      const cell = el("td", {class: "value"});
      if (before !== undefined) cell.append(el("del", {class: "removed"}, plain(before)));
      if (before !== undefined && after !== undefined) cell.append(" → ");
      if (after !== undefined) cell.append(el("ins", {class: "added"}, plain(after)));
      body.append(el("tr", {}, el("td", {class: "brief"}, before === undefined ? "added" : after === undefined ? "removed" : "changed"), el("td", {class: "value"}, plain(path)), cell));
    }
    root.append(el("table", {}, el("thead", {}, head("Change", "Where", "Value")), body));
    if (more) root.append(el("p", {class: "empty"}, plural(more, "more change")));
  });
  return root;
}
