// The list of steps with their bars, which is the timeline.

class Steps {
  constructor(run, choose) {
    Object.assign(this, {run, choose, shown: run.steps, chosen: 0});
    this.box = byId("steps");
    this.list = new List(this.box, 26, (i) => this.row(i));
    this.box.addEventListener("keydown", (event) => this.key(event));
    byId("filter").addEventListener("input", () => this.filter());
    byId("trouble").addEventListener("change", () => this.filter());
    for (const part of [0, 0.5, 1]) {
      const mark = el("span", {}, clock(run.seconds * part));
      mark.style.left = part * 100 + "%";
      byId("scale").append(mark);
    }
    this.list.reset(this.shown.length);
  }

  row(i) {
    const step = this.shown[i];
    const depth = step.path.length > step.name.length ? step.path.slice(0, -step.name.length).split(".").length - 1 : 0;
    const around = depth > 0 ? step.path.slice(0, -step.name.length) : "";
    const tries = step.attempts && step.attempts.length > 1 ? ", " + step.attempts.length + " attempts" : "";
    const took = clock(step.end - step.start);
    const said = (text) => el("span", {class: "said"}, text); // for screen readers
    const row = el("div", {
      class: "step", role: "option", id: "row-" + step.visit, "aria-selected": String(step.visit === this.chosen),
      "aria-setsize": this.shown.length, "aria-posinset": i + 1, title: plain(step.path),
    },
    el("span", {class: "name"}, el("span", {class: "mark " + step.status, "aria-hidden": "true"}, marks[step.status] || ""), el("span", {class: "quiet"}, plain(around)), plain(step.name)),
    said(`, ${step.type}, ${step.status.toLowerCase()}${tries}, `), this.track(step), el("span", {class: "time"}, took));
    row.addEventListener("click", () => this.select(step.visit));
    return row;
  }

  // track is a step's bar: its attempts, and the waits between them.
  track(step) {
    const all = this.run.seconds || 1;
    const track = el("span", {class: "track"});
    const bar = (from, to, kind) => {
      const made = el("i", {class: kind});
      made.style.left = Math.min(99.5, from / all * 100) + "%";
      made.style.width = Math.max(0, (to - from) / all * 100) + "%";
      track.append(made);
    };
    const attempts = step.attempts || [];
    if (attempts.length < 2) bar(step.start, step.end, step.type === "Wait" ? "pause" : step.status);
    if (attempts.length > 1) bar(step.start, step.end, "pause");
    if (attempts.length > 1) for (const [i, one] of attempts.entries()) bar(one.start, one.end, i === attempts.length - 1 ? step.status : "FAILED");
    return track;
  }

  filter() {
    const text = byId("filter").value.toLowerCase();
    const trouble = byId("trouble").checked;
    this.shown = this.run.steps.filter((step) => (!trouble || step.status !== "SUCCEEDED") && step.path.toLowerCase().includes(text));
    byId("found").textContent = text || trouble ? plural(this.shown.length, "step") + " of " + this.run.steps.length.toLocaleString("en") : "";
    this.list.reset(this.shown.length);
    const at = this.place();
    if (at >= 0) this.list.show(at);
    this.point();
  }

  place() { return this.shown.findIndex((step) => step.visit === this.chosen); }

  key(event) {
    const at = this.place();
    const last = this.shown.length - 1;
    const to = {ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + this.list.visible, PageUp: at - this.list.visible, Home: 0, End: last}[event.key];
    if (event.key === "Enter") byId("detail").focus();
    else if (to === undefined || last < 0) return;
    else this.select(this.shown[Math.max(0, Math.min(last, to))].visit);
    event.preventDefault();
  }

  select(visit) {
    if (this.chosen !== visit) this.choose(visit);
  }

  // point marks the chosen step, and scrolls to it.
  mark(visit) {
    this.chosen = visit;
    const at = this.place();
    if (at >= 0) this.list.show(at);
    this.list.draw();
    this.point();
  }

  point() {
    if (this.place() >= 0) this.box.setAttribute("aria-activedescendant", "row-" + this.chosen);
    else this.box.removeAttribute("aria-activedescendant");
  }
}
