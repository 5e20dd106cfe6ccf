// What a page needs beyond HTML: copy, paste and drop anywhere, focus, the clock.
// Every page works without it; nothing is kept in the browser.
"use strict";

const byId = (id) => document.getElementById(id);
// Where pasting means writing; a checkbox or a file button takes no text.
const WRITTEN = "textarea, input:not([type=checkbox], [type=radio], [type=file])";
const inField = (target) => target instanceof Element && target.closest(WRITTEN);

function announce(text) {
  const place = byId("anuncio");
  if (!place) return;
  place.textContent = "";
  // A changed text is read out; the same text set twice is not.
  requestAnimationFrame(() => { place.textContent = text; });
}

/* Copy */

async function copy(button) {
  const source = button.dataset.copyFrom;
  const text = source ? byId(source).textContent.trim() : button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyBySelection(text); // plain HTTP inside a company has no clipboard API
  }
  announce(button.dataset.said || "Copiado.");
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), 1600);
}

function copyBySelection(text) {
  const area = Object.assign(document.createElement("textarea"), { value: text, className: "quiet" });
  const focused = document.activeElement;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  focused?.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (button) copy(button);
});

/* What a link does elsewhere is noted here: the button that says so is pressed */

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-press]");
  if (link) byId(link.dataset.press).click();
});

/* Reading: choose, paste or drop anywhere */

const reader = byId("leitor");

function readFiles(files) {
  const total = [...files].reduce((sum, file) => sum + file.size, 0);
  if (total > Number(reader.dataset.limit)) {
    byId("arquivo").value = "";
    byId("grande").hidden = false;
    return;
  }
  byId("grande").hidden = true;
  byId("arquivo").files = files;
  reader.requestSubmit();
}

function readText(text) {
  byId("texto").value = text;
  byId("texto").closest("details").open = true;
  reader.requestSubmit();
}

// No field of the form wants a certificate: it is read wherever it is pasted.
const isCertificate = (text) => /-----BEGIN (CERTIFICATE|PKCS ?#?7)/.test(text);

function pasted(event) {
  const { files } = event.clipboardData;
  const text = event.clipboardData.getData("text/plain");
  // Word and Excel copy a picture of the text beside it.
  const pictured = [...files].every((file) => file.type.startsWith("image/"));
  const isText = text.trim() && pictured;
  if (!files.length && !isText) return;
  if (isText && inField(event.target) && !isCertificate(text)) return;
  event.preventDefault();
  document.activeElement.blur(); // so that this field, too, is filled in from the certificate
  if (isText) readText(text); else readFiles(files);
}

// What was read leaves the form: a file chosen again, even the same one, is read again.
function emptied({ detail }) {
  if (byId("senha")) byId("senha").value = "";
  if (byId("resultado").querySelector("[data-asks-password]")) return;
  byId("arquivo").value = "";
  if (detail.xhr.status >= 400) return;
  byId("texto").value = "";
  byId("texto").closest("details").open = false;
}

if (reader) {
  byId("arquivo").addEventListener("change", (event) => {
    if (event.target.files.length) readFiles(event.target.files);
  });
  // A file is read as it is chosen, and leaves the form: with nothing to read, one is chosen.
  byId("ler").addEventListener("click", (event) => {
    if (byId("arquivo").files.length || byId("texto").value.trim()) return;
    event.preventDefault();
    byId("arquivo").click();
  });
  document.addEventListener("paste", pasted);
  const curtain = byId("soltar");
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    curtain.hidden = false;
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) curtain.hidden = true; });
  document.addEventListener("drop", (event) => {
    curtain.hidden = true;
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    readFiles(event.dataTransfer.files);
  });
  reader.addEventListener("htmx:afterRequest", emptied);
  // The answer is said, not the whole card; and a focus that was swapped away goes to it.
  byId("resultado").addEventListener("htmx:afterSettle", ({ target }) => {
    if (target.id !== "resultado") return;
    const words = target.querySelectorAll("h2, .validity");
    announce([...words].map((part) => part.textContent.trim()).join(" "));
    if (target.querySelector("[data-asks-password]")) byId("senha").focus();
    else if (document.activeElement === document.body) words[0]?.focus();
  });
  document.body.addEventListener("htmx:afterSettle", ({ target, detail }) => {
    // A picture that was added comes with an answer of the reader, and is said there.
    if (target.id !== "imagens" || detail.requestConfig.target.id !== "imagens") return;
    announce("Imagem removida.");
    byId(target.hidden ? "leitura-titulo" : "imagens-titulo").focus();
  });
}

/* The number of the desk in use came while the page was open */

document.body.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id !== "registrado") return;
  const words = [byId("protocolo-titulo"), byId("chegando")].filter(Boolean);
  announce(words.map((part) => part.textContent.trim().replace(/\s+/g, " ")).join(". "));
  if (document.activeElement === document.body) byId("protocolo-titulo").focus();
});

/* What the customer was asked: how it stands is said; after a click it takes the button's focus */

document.body.addEventListener("htmx:afterSettle", ({ target, detail }) => {
  if (target.id !== "pedido" || !byId("pedido-estado")) return;
  if (detail.requestConfig.verb === "post") byId("pedido-estado").focus();
  else announce(byId("pedido-estado").textContent.trim());
});

/* Who else has this ticket open: told while the page is looked at, and whether it is written on */

const presence = byId("presenca");

if (presence) {
  let wrote = false;
  document.addEventListener("input", ({ target }) => { if (!target.closest(".find")) wrote = true; });
  presence.addEventListener("htmx:configRequest", ({ detail }) => {
    renewToken();
    detail.parameters.set("csrfmiddlewaretoken", presence.querySelector("[name=csrfmiddlewaretoken]").value);
    detail.parameters.set("mexendo", wrote ? "sim" : "");
    wrote = false;
  });
  // A page that nobody looks at says nothing, and after a minute nobody is shown there.
  presence.addEventListener("htmx:beforeRequest", (event) => { if (document.hidden) event.preventDefault(); });
}

/* The form: saved as typed, one submit */

const form = byId("chamado");

// The list of what is missing, where the page shows it: each field says what the list does.
const missing = byId("acertar");

function markProblems() {
  for (const problem of document.querySelectorAll(".problem[data-for]")) {
    if (missing) problem.textContent = byId(`acertar-${problem.dataset.for}`)?.textContent ?? "";
    const field = byId(`f-${problem.dataset.for}`);
    field?.setAttribute("aria-invalid", problem.textContent.trim() ? "true" : "false");
  }
}

// The opening screens stand before the reader, outside the form that their fields belong to.
const saves = [form, byId("abertura")].filter(Boolean);

for (const part of saves) {
  part.addEventListener("htmx:configRequest", ({ detail }) => {
    // Two saves may overtake one another on the way: the server keeps the higher revision.
    detail.parameters.set("revision", Date.now());
    if (detail.triggeringEvent?.type !== "change") return;
    const shown = [...document.querySelectorAll(".problem[data-for]")].filter((p) => p.textContent.trim());
    const names = new Set([detail.triggeringEvent.target.name, ...shown.map((p) => p.dataset.for)]);
    names.forEach((name) => detail.parameters.append("conferir", name));
  });
  for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    part.addEventListener(failure, () => {
      byId("salvo").textContent = UNSENT;
      announce("O atendimento não foi salvo.");
    });
  }
  // A value or a way out, never both.
  part.addEventListener("input", ({ target }) => {
    const field = target.closest(".field");
    if (!field) return;
    if (target.classList.contains("exit")) {
      if (target.value) field.querySelector("[id^=f-]").value = "";
    } else {
      for (const exit of field.querySelectorAll(".exit")) exit.value = "";
    }
  });
}

// Each answer brings the list anew: nothing is read out until it is empty, and the focus stays.
missing?.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { fragment } = event.detail;
  const version = (part) => Number(part.querySelector("[data-version]").dataset.version);
  if (version(fragment) < version(missing)) {
    event.preventDefault(); // an answer that was overtaken
    return;
  }
  missing.setAttribute("role", "group");
  if (missing.querySelector("li") && !fragment.querySelector("li")) announce(fragment.textContent.trim());
  // To a link that stays, the library gives the focus back.
  const at = document.activeElement;
  if (missing.contains(at) && !fragment.querySelector(`#${at.id}`)) missing.focus({ preventScroll: true });
});

if (form) {
  // A text that is being typed is not replaced by a newer proposal.
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target } = event.detail;
    if (!target.contains(document.activeElement) || !target.id.startsWith("campo-")) return;
    event.preventDefault();
    target.addEventListener("focusout", () => htmx.trigger(form, "change"), { once: true });
  });
  document.body.addEventListener("htmx:afterSettle", markProblems);
}

/* Registering: saved first, so that a lost login or network keeps the page and what it holds */

const UNSENT = "Não foi salvo. O que você digitou continua aqui; confira a rede.";

// Another login in another tab changes the token of every page; the cookie has the new one.
function renewToken() {
  const token = document.cookie.match(/(?:^|; )(?:csrftoken|__Host-guiche-csrf)=([^;]+)/)?.[1];
  if (!token) return;
  for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = token;
}

// Sends `sent` once the call is saved; else says why not, and the page stays.
async function sendSaved(sent, button) {
  const place = sent.querySelector("[data-unsaved]") || byId("salvo");
  button.disabled = true;
  try {
    const body = new FormData(form);
    body.set("revision", Date.now());
    const headers = { "HX-Request": "true" };
    const answer = await fetch(form.getAttribute("hx-post"), { method: "POST", headers, body });
    if (answer.ok) { sent.submit(); return; }
    const known = [401, 404, 409].includes(answer.status);
    place.innerHTML = known ? await answer.text() : UNSENT;
  } catch {
    place.textContent = UNSENT;
  }
  button.disabled = false;
}

if (form) {
  form.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("formaction")) return;
    event.preventDefault();
    const button = form.querySelector(".go");
    if (button.disabled) return;
    renewToken();
    sendSaved(form, button);
  });
  // The table of what was read leaves the page: what was typed on it is saved before.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-saved-first]")) return;
    event.preventDefault();
    renewToken();
    sendSaved(event.target, event.submitter);
  });
  document.body.addEventListener("htmx:configRequest", ({ detail }) => {
    renewToken();
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    detail.parameters.set("csrfmiddlewaretoken", token);
  });
}

/* A save that is answered between press and release may move the button from under a pointer that
   stood still: the browser gives such a click to what is around both, and the press would be lost. */

let pressed;
document.addEventListener("pointerdown", ({ target, clientX: x, clientY: y, button }) => {
  pressed = button === 0 && { button: target.closest("button.go"), x, y };
});
document.addEventListener("click", ({ target, clientX, clientY, isTrusted }) => {
  const { button, x, y } = (isTrusted && pressed) || {};
  pressed = null;
  if (!button?.isConnected || button.contains(target)) return;
  if (Math.hypot(clientX - x, clientY - y) < 3) button.click();
});

/* A portfolio that is too large is not sent: the server would refuse it after minutes */

const portfolio = byId("carteira");

if (portfolio) {
  const most = Number(portfolio.dataset.most);
  const size = () => [...byId("arquivo").files].reduce((sum, file) => sum + file.size, 0);
  byId("arquivo").addEventListener("change", () => { byId("muito").hidden = size() <= most; });
  portfolio.addEventListener("submit", (event) => {
    if (size() <= most) return;
    event.preventDefault();
    byId("muito").hidden = false;
    byId("arquivo").focus();
  });
}

/* Every form is sent once: no second click while the first is on its way */

document.addEventListener("submit", (event) => {
  // A file is handed over, and the page stays.
  if (event.defaultPrevented || event.submitter?.hasAttribute("data-download")) return;
  // After the browser has taken the values: a disabled button must not stop the submission.
  setTimeout(() => { for (const button of event.target.querySelectorAll("button")) button.disabled = true; });
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button:disabled")) button.disabled = false;
});

/* Keyboard: only with modifiers, so that nothing fires while typing */

document.addEventListener("keydown", (event) => {
  if (!event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key.toLowerCase() === "k" && !event.shiftKey && byId("busca")) {
    event.preventDefault();
    byId("busca").select();
    byId("busca").focus();
  } else if (event.key === "Enter" && form && event.target.form === form) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.shiftKey && event.code === "Period") {
    const button = document.querySelector("[data-protocol]");
    if (button) { event.preventDefault(); copy(button); }
  }
});

/* The card: a digit logs the attempt, only while the focus is in the card and not in a field */

const card = document.querySelector("[data-keys]");

if (card) {
  // The phone that is called, or that the keyboard stands on, is the one of the attempt.
  for (const reached of ["click", "focusin"]) {
    card.addEventListener(reached, ({ target }) => {
      const called = target.closest("[data-call]");
      const phone = byId("f-phone");
      if (called && phone) phone.value = called.dataset.call;
    });
  }
  card.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("select") || inField(event.target)) return;
    const button = [...card.querySelectorAll("[data-key]")].find((b) => b.dataset.key === event.key);
    if (!button) return;
    event.preventDefault();
    button.click();
  });
}

/* The clock: words of the server at load, counted on by the minute in the same words */

function length(minutes) {
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  const parts = days
    ? [`${days} dia${days > 1 ? "s" : ""}`, hours && `${hours} h`]
    : [hours && `${hours} h`, (rest || !hours) && `${rest} min`];
  return parts.filter(Boolean).join(" e ");
}

function tick() {
  for (const clock of document.querySelectorAll("[data-due]")) {
    const left = Date.parse(clock.dataset.due) - Date.now();
    const words = length(Math.floor(Math.abs(left) / 60000));
    if (left > 0) {
      clock.textContent = `${words.startsWith("1 ") ? "Falta" : "Faltam"} ${words}`;
    } else {
      clock.textContent = `Venceu há ${words}`;
      clock.closest("[class*=tone-]").classList.add("tone-stop");
    }
  }
}
if (document.querySelector("[data-due]")) setInterval(tick, 60000);

// Where the address points, else where the page asks for it.
(document.querySelector(":target") ?? document.querySelector("[data-focus]"))?.focus();
