// The two boxes. Each is a form of its own with a draft of its own on the server; they share nothing, so that a note can
// never become a reply. <form class="box" data-draft-url data-typing-url> … <span class="draft-state">.
// A save answers 2xx (kept), 409 or 423 with JSON {"message"} (no longer ours to write), anything else is tried again.
import { patch } from "./live.js";
import { say, timeOfDay } from "./text.js";
import { toast } from "./toasts.js";

const PAUSE = 400;
const HEARTBEAT = 10_000;
const RETRY = [2, 4, 8, 15, 30];
const boxes = new WeakMap();

class Box {
  constructor(form) {
    this.form = form;
    this.field = form.querySelector("textarea");
    this.saved = this.field.value;
    this.timer = 0;
    this.tries = 0;
    this.beat = 0;
    this.refused = false;
    this.running = Promise.resolve();
  }

  get dirty() {
    return this.field.value !== this.saved && !this.refused;
  }

  typed() {
    this.heartbeat();
    this.later(PAUSE);
  }

  later(wait) {
    clearTimeout(this.timer);
    if (this.form.dataset.draftUrl) this.timer = setTimeout(() => this.save(), wait);
  }

  /** One save after another, so that an older text never arrives last. */
  save() {
    clearTimeout(this.timer);
    this.running = this.running.then(() => (this.dirty ? this.send() : undefined));
    return this.running;
  }

  async send() {
    const text = this.field.value;
    try {
      const answer = await fetch(this.form.dataset.draftUrl, { method: "POST", body: this.body() });
      if (answer.status === 409 || answer.status === 423) return await this.refuse(answer);
      if (!answer.ok) throw new Error(String(answer.status));
      this.saved = text;
      this.tries = 0;
      this.show("saved", say("saved", { time: timeOfDay() }));
    } catch {
      this.show("waiting", say("notSaved"));
      this.later(RETRY[Math.min(this.tries, RETRY.length - 1)] * 1000);
      this.tries += 1;
    }
    return undefined;
  }

  async refuse(answer) {
    this.refused = true;
    const { message = say("refused") } = await answer.json().catch(() => ({}));
    this.show("refused", message);
    toast({ text: message, tone: "late" });
  }

  body() {
    return new FormData(this.form);
  }

  show(state, words) {
    const output = this.form.querySelector(".draft-state");
    if (!output) return;
    output.dataset.state = state;
    output.textContent = words;
  }

  heartbeat() {
    const url = this.form.dataset.typingUrl;
    const now = Date.now();
    if (!url || now - this.beat < HEARTBEAT) return;
    this.beat = now;
    // The answer is the claim's bar with its new time. A lost heartbeat costs nothing: the next one follows in seconds.
    fetch(url, { method: "POST", body: this.body() })
      .then(async (answer) => answer.status === 200 && patch(await answer.text()))
      .catch(() => undefined);
  }

  /** The last chance: the browser delivers it after the page is gone. */
  leave() {
    if (this.form.dataset.draftUrl && this.dirty) navigator.sendBeacon(this.form.dataset.draftUrl, this.body());
  }

  sent() {
    clearTimeout(this.timer);
    this.saved = this.field.value;
  }
}

function boxOf(element) {
  const form = element.closest?.("form.box");
  if (!form) return null;
  if (!boxes.has(form)) boxes.set(form, new Box(form));
  return boxes.get(form);
}

function all() {
  return [...document.querySelectorAll("form.box")].map(boxOf);
}

/** A box that has just come to write in, such as after a claim, takes the focus once. */
function begin(event) {
  const field = event.target.querySelector?.("textarea[autofocus]:not([data-begun])");
  if (!field) return;
  field.dataset.begun = "true";
  field.focus();
}

function onKey(event) {
  const sends = event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing;
  const form = sends && event.target.closest?.("form.box");
  const button = form && form.querySelector("[data-send]");
  if (button && !button.disabled) form.requestSubmit(button);
}

export function startComposer() {
  all();
  document.addEventListener("chimein:added", all);
  document.addEventListener("chimein:added", begin);
  document.addEventListener("input", (event) => boxOf(event.target)?.typed());
  document.addEventListener("submit", (event) => boxOf(event.target)?.sent());
  document.addEventListener("keydown", onKey);
  addEventListener("online", () => all().forEach((box) => box.save()));
  addEventListener("pagehide", () => all().forEach((box) => box.leave()));
  document.addEventListener("visibilitychange", () => document.hidden && all().forEach((box) => box.save()));
}
