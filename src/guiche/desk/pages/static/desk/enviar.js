// The page of a customer: what holds a private key is told before it is sent, and stays here.
// Without this script the page works for every file that holds none.
"use strict";

const byId = (id) => document.getElementById(id);
const form = byId("enviar");
const vault = byId("cofre");
const LARGEST_CONTAINER = 256 * 1024;

const REFUSED = {
  wrong: "A senha não confere. Veja maiúsculas, minúsculas e acentos.",
  unsupported: "A proteção deste arquivo não é aberta no navegador. Envie o .cer: os passos estão abaixo.",
  damaged: "Não conseguimos abrir: o arquivo parece danificado. Envie o .cer: os passos estão abaixo.",
  empty: "Não há certificado dentro deste arquivo. Envie o .cer: os passos estão abaixo.",
  slow: "Abrir este arquivo pede cálculo demais, e paramos. Envie o .cer: os passos estão abaixo.",
  stopped: "Parado. Nada foi enviado.",
  failed: "O navegador não conseguiu abrir o arquivo. Envie o .cer: os passos estão abaixo.",
};
const STAYS = "Este arquivo tem a chave privada, e não foi enviado. Envie o .cer: os passos estão abaixo.";

/* What holds a key */

// PFX ::= SEQUENCE { version INTEGER (3), ... }, the length in any form.
function isContainer(bytes) {
  if (bytes[0] !== 0x30) return false;
  const after = bytes[1] > 0x80 ? 2 + (bytes[1] & 0x7f) : 2;
  return bytes[after] === 2 && bytes[after + 1] === 1 && bytes[after + 2] === 3;
}
const isJavaStore = (bytes) => [0xfe, 0xed, 0xfe, 0xed].every((byte, i) => bytes[i] === byte);
const isKey = (text) => /-----BEGIN [A-Z ]*PRIVATE KEY/.test(text);

async function look(file) {
  const bytes = new Uint8Array(await file.slice(0, 1024 * 1024).arrayBuffer());
  if (isContainer(bytes) || /\.(pfx|p12)$/i.test(file.name)) return "container";
  return isJavaStore(bytes) || isKey(new TextDecoder("latin1").decode(bytes)) ? "key" : "";
}

/* The form */

const picked = byId("arquivo");
const problem = byId("arquivo-problema");
let held = null;

function refuse(words) {
  picked.value = "";
  problem.textContent = words;
  picked.focus();
}

// Taken out of the form that is sent, before anything else.
function hold(file) {
  picked.value = "";
  if (!vault.dataset.worker) { refuse(STAYS); return; }
  held = file;
  byId("cofre-arquivo").textContent = file.name;
  say("");
  form.hidden = true;
  vault.hidden = false;
  byId("cofre-senha").focus();
}

async function checked() {
  problem.textContent = "";
  const file = picked.files[0];
  if (file && file.size > Number(form.dataset.limit)) {
    refuse("O arquivo é grande demais para ser um certificado. Envie só o .cer.");
    return false;
  }
  const kind = file ? await look(file) : "";
  if (kind === "container") hold(file);
  else if (kind === "key" || isKey(byId("texto").value)) { byId("texto").value = ""; refuse(STAYS); }
  else return true;
  return false;
}

picked.addEventListener("change", checked);
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!picked.files.length && !byId("texto").value.trim()) {
    refuse("Escolha o arquivo do certificado, ou cole o texto.");
    return;
  }
  if (await checked()) form.submit();
});

/* The container: opened by a worker, which ends with its answer, by a click, or by its time */

let worker = null;
let timer = 0;

function say(words) {
  byId("cofre-problema").textContent = words;
  byId("cofre-senha").setAttribute("aria-invalid", words ? "true" : "false");
}

function busy(isBusy) {
  byId("cofre-abrir").disabled = isBusy;
  byId("cofre-senha").readOnly = isBusy;
  byId("cofre-parar").hidden = !isBusy;
  byId("cofre-andamento").textContent = isBusy ? "Abrindo no seu aparelho…" : "";
}

function stop(reason) {
  worker?.terminate();
  worker = null;
  clearTimeout(timer);
  busy(false);
  if (!reason) return;
  say(REFUSED[reason]);
  byId("cofre-senha").focus();
}

function send(found) {
  const sent = byId("lido");
  for (const der of found) {
    sent.append(Object.assign(document.createElement("input"), { type: "hidden", name: "der", value: der }));
  }
  sent.submit();
}

function unlock() {
  say("");
  if (held.size > LARGEST_CONTAINER) { say(REFUSED.damaged); return; }
  busy(true);
  const mine = new Worker(vault.dataset.worker);
  worker = mine;
  // One that is ended while its script still loads tells of an error afterwards.
  mine.addEventListener("error", () => { if (worker === mine) stop("failed"); });
  mine.addEventListener("message", ({ data }) => {
    if (worker !== mine) return;
    stop(data.refused);
    if (!data.found) { byId("cofre-senha").select(); return; }
    byId("cofre-senha").value = "";
    byId("cofre-andamento").textContent = "Enviando a parte pública…";
    send(data.found);
  });
  timer = setTimeout(() => stop("slow"), 1000 * Number(vault.dataset.seconds));
  worker.postMessage({ file: held, password: byId("cofre-senha").value });
}

vault.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!worker) unlock();
});
byId("cofre-parar").addEventListener("click", () => stop("stopped"));
byId("cofre-outro").addEventListener("click", () => {
  stop("");
  held = null;
  byId("cofre-senha").value = "";
  vault.hidden = true;
  form.hidden = false;
  picked.focus();
});

// A page that is shown again from the browser's memory begins anew.
window.addEventListener("pageshow", ({ persisted }) => { if (persisted) location.reload(); });

document.querySelector("[data-focus]")?.focus();
