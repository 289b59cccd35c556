// Light, dark, or as the system has it. The choice is a cookie, so that the server draws the page right at once.

const YEAR = 31_536_000;

function current() {
  return document.documentElement.dataset.theme ?? "system";
}

function mark() {
  for (const button of document.querySelectorAll("[data-theme-set]"))
    button.setAttribute("aria-pressed", String(button.dataset.themeSet === current()));
}

function choose(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  const life = theme === "system" ? 0 : YEAR;
  document.cookie = `theme=${theme}; path=/; max-age=${life}; samesite=lax`;
  mark();
}

export function startTheme() {
  mark();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-set]");
    if (button) choose(button.dataset.themeSet);
  });
}
