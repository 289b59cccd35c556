// Counts what is typed, says times in words and brings in what is new. Everything works without it.
"use strict";

const LIVE_MS = 2000;
const LINK = /https?:\/\/[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]*[A-Za-z0-9/_~=&#%+-]/gi;
const PICTURE = "[\\u00a9\\u00ae\\u203c\\u2049\\u2122\\u2139\\u2190-\\u21ff\\u2300-\\u27bf\\u2900-\\u297f\\u2b00-\\u2bff\\u3030\\u303d\\u3297\\u3299\\u{1f000}-\\u{1faff}]";
const EXTRA = "[\\ufe0f\\u{1f3fb}-\\u{1f3ff}\\u{e0020}-\\u{e007f}]";
const JOINED = `\\u200d${PICTURE}${EXTRA}*`;
const EMOJI = new RegExp(`[\\u{1f1e6}-\\u{1f1ff}]{2}|[0-9#*]\\ufe0f?\\u20e3|${PICTURE}(?:${EXTRA}+(?:${JOINED})*|(?:${JOINED})+)`, "gu");
const WIDE = /[\u1100-\u115f\u2e80-\u303e\u3041-\u3247\u3250-\u4dbf\u4e00-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

function lengthOf(text, link) {
  let total = 0;
  let rest = text.trim().normalize("NFC").replace(LINK, () => { total += link; return ""; });
  rest = rest.replace(EMOJI, () => { total += 2; return ""; });
  for (const char of rest) total += WIDE.test(char) ? 2 : 1;
  return total;
}

function watchBox(area) {
  const counter = area.form.querySelector(".counter");
  const button = area.form.querySelector("button");
  const limit = Number(area.dataset.limit);
  const update = () => {
    const left = limit - lengthOf(area.value, Number(area.dataset.link));
    counter.textContent = (left < 0 ? area.dataset.over : area.dataset.left).replace("{n}", String(Math.abs(left)));
    counter.classList.toggle("over", left < 0);
    button.disabled = left < 0;
  };
  area.addEventListener("input", update);
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !button.disabled) area.form.requestSubmit(button);
  });
  update();
}

const LANGUAGE = document.documentElement.lang;
const RELATIVE = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto", style: "narrow" });
const DAY = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "short" });
const STEPS = [["second", 60], ["minute", 60], ["hour", 24], ["day", 7]];

function inWords(moment) {
  let amount = (moment - Date.now()) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(amount) < size) return RELATIVE.format(Math.round(amount), unit);
    amount /= size;
  }
  return DAY.format(moment);
}

function sayTimes() {
  for (const node of document.querySelectorAll("time[datetime]")) {
    const moment = new Date(node.dateTime);
    node.textContent = inWords(moment);
    node.title = DAY.format(moment);
  }
}

async function refresh(holder) {
  if (document.hidden || !holder.dataset.seq) return;
  const headers = { "x-warble-since": holder.dataset.seq };
  const answer = await fetch(location.href, { headers, cache: "no-store" });
  if (answer.status === 204 || !(answer.ok || answer.status === 410)) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-seq]");
  if (!fresh) return;
  holder.dataset.seq = fresh.dataset.seq;
  const list = holder.querySelector("[data-live]");
  const known = new Set([...list.querySelectorAll("[id]")].map((node) => node.id));
  const next = document.importNode(fresh.querySelector("[data-live]"), true);
  for (const node of next.querySelectorAll("[id]")) if (!known.has(node.id)) node.classList.add("fresh");
  list.replaceWith(next);
  sayTimes();
}

async function follow(holder) {
  try {
    await refresh(holder);
  } catch {
    // The network is away for a moment; the next round tries again.
  }
  setTimeout(follow, LIVE_MS, holder);
}

document.querySelectorAll("textarea[data-limit]").forEach(watchBox);
document.querySelectorAll("[data-seq]").forEach((holder) => setTimeout(follow, LIVE_MS, holder));
sayTimes();
setInterval(sayTimes, 20_000);
