// The console's script: everything the public page has, plus htmx, keys and the composer.
import "../app.css";
import { startAlerts } from "./alerts.js";
import htmx from "htmx.org";
import { startClocks } from "./countdown.js";
import { startComposer } from "./composer.js";
import { startCounters } from "./counter.js";
import { startKeys } from "./keys.js";
import { morph, startLive } from "./live.js";
import { startMenus } from "./menus.js";
import { startPush } from "./push.js";
import { startSliders } from "./sliders.js";
import { say } from "./text.js";
import { startTheme } from "./theme.js";
import { startToasts, toast } from "./toasts.js";

// hx-swap="morph": the answer is morphed into the target, so that focus and scroll stay.
htmx.defineExtension("morph", {
  isInlineSwap: (style) => style.startsWith("morph"),
  handleSwap: (style, target, fragment) => {
    if (!style.startsWith("morph")) return false;
    const inside = style === "morph:innerHTML";
    morph(target, fragment.childNodes, inside ? "innerHTML" : "outerHTML");
    return [target];
  },
});

// The strict content policy forbids both of these, and we need neither.
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyCacheSize = 0;

// An error answers with a toast out of band (errors/fragment.html): show that, and leave what was being written alone.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status < 400 || !xhr.responseText.includes('id="toasts"')) return;
  event.detail.shouldSwap = true;
  event.detail.swapOverride = "none";
});
// <span data-focus="ID">: what an act leads to takes the focus, so that keys go on from there.
document.addEventListener("htmx:afterSwap", () => {
  const sign = document.querySelector("[data-focus]");
  if (sign) document.getElementById(sign.dataset.focus)?.focus();
  sign?.remove();
});
document.addEventListener("htmx:sendError", () => toast({ text: say("offline"), tone: "late" }));
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = document.getElementById("ui-text")?.dataset.csrf ?? "";
});
document.addEventListener("htmx:load", (event) => {
  event.target.dispatchEvent(new CustomEvent("chimein:added", { bubbles: true }));
});
document.addEventListener("chimein:added", (event) => htmx.process(event.target));

startTheme();
startMenus();
startToasts();
startSliders();
startClocks();
startCounters();
startComposer();
startKeys();
startLive();
startAlerts();
startPush();
