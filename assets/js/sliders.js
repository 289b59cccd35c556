// A slider says its number: <input type="range" data-slider id="x"> and <output data-slider-for="x">.
export function startSliders() {
  document.addEventListener("input", (event) => {
    if (!event.target.matches?.("[data-slider]")) return;
    const output = document.querySelector(`[data-slider-for="${CSS.escape(event.target.id)}"]`);
    if (output) output.textContent = Number(event.target.value).toLocaleString(document.documentElement.lang);
  });
}
