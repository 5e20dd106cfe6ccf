"use strict";
// Filters of the list. Without it the list is whole, and the form stays hidden.
(() => {
  const form = document.getElementById("filtros");
  const said = document.getElementById("mostrados");
  if (!form) return;
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const rows = Array.from(document.querySelectorAll("#lista tbody tr"), (row) => ({ row, text: "" }));
  const number = (count) => count.toLocaleString("pt-BR");

  function filter() {
    const words = plain(form.elements.texto.value).split(/\s+/).filter(Boolean);
    const picked = ["urgencia", "veredito", "perfil"].map((name) => [name, form.elements[name].value]);
    let count = 0;
    for (const each of rows) {
      const { row } = each;
      let fits = picked.every(([name, value]) => !value || row.dataset[name] === value);
      if (fits && words.length) {
        each.text ||= plain(row.textContent);
        fits = words.every((word) => each.text.includes(word));
      }
      row.hidden = !fits;
      count += fits;
    }
    said.textContent = `Mostrando ${number(count)} de ${number(rows.length)}.`;
  }

  form.addEventListener("input", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  filter();
})();
