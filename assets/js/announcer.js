// Tells screen readers what came in: one polite sentence at a time, never a flood.

const PAUSE = 1500;
const waiting = [];
let busy = false;

function next() {
  const region = document.getElementById("announcer");
  const words = waiting.shift();
  busy = Boolean(words && region);
  if (!busy) return;
  region.textContent = "";
  setTimeout(() => {
    region.textContent = words;
  }, 50);
  setTimeout(next, PAUSE);
}

/** Queues a sentence; of many that pile up only the last three are said. */
export function announce(words) {
  if (!words) return;
  waiting.push(words);
  if (waiting.length > 3) waiting.shift();
  if (!busy) next();
}
