// <details class="menu"> opens by itself; here it learns to close: by Escape, by a click elsewhere, one at a time.
// <button data-open="ID"> opens a <dialog>, <button data-close> closes the one it is in.

function closeOthers(kept) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== kept) menu.open = false;
}

function onKey(event) {
  const menu = event.target.closest?.("details.menu[open]");
  if (event.key === "Escape" && menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.stopPropagation();
  }
  if (menu && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const items = [...menu.querySelectorAll(".menu-item")];
    const at = items.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    items[(at + items.length) % items.length]?.focus();
    event.preventDefault();
  }
}

function onClick(event) {
  closeOthers(event.target.closest("details.menu"));
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  if (event.target.matches("dialog.sheet")) event.target.close();
  const toggler = event.target.closest("[data-toggle]");
  if (toggler) toggle(toggler);
}

/** <button data-toggle="ID" aria-expanded> opens and folds a side pane. */
function toggle(button) {
  const open = document.getElementById(button.dataset.toggle)?.classList.toggle("is-open");
  button.setAttribute("aria-expanded", String(Boolean(open)));
}

export function startMenus() {
  // The server says that the labels of the open sheet are kept (HX-Trigger: labelled).
  document.addEventListener("labelled", () => document.getElementById("labels-sheet")?.close());
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey, true);
}
