// Chaves de acesso: between a form and the browser's own window for a passkey. A form says with
// data-passkey what it asks for; its options stand in the page or at the address of data-options.
"use strict";

const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const listed = (list) => (list || []).map((each) => ({ ...each, id: toBytes(each.id) }));

async function optionsOf(form) {
  const address = form.dataset.options;
  if (!address) return JSON.parse(document.getElementById("opcoes").textContent);
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`options: ${answer.status}`);
  return answer.json();
}

async function create({ creation_options: { publicKey } }) {
  return navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: toBytes(publicKey.challenge),
      user: { ...publicKey.user, id: toBytes(publicKey.user.id) },
      excludeCredentials: listed(publicKey.excludeCredentials),
      // It is kept in the device and asks for its PIN or finger: then it stands for the password too.
      authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
    },
  });
}

async function get({ request_options: { publicKey } }) {
  return navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: toBytes(publicKey.challenge),
      allowCredentials: listed(publicKey.allowCredentials),
    },
  });
}

function written(credential) {
  const { response } = credential;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const told = parts.filter((part) => response[part]).map((part) => [part, toText(response[part])]);
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: Object.fromEntries(told),
  });
}

async function ask(form) {
  const problem = form.querySelector("[role=alert]");
  problem.textContent = "";
  try {
    const ceremony = form.dataset.passkey === "create" ? create : get;
    form.elements.credential.value = written(await ceremony(await optionsOf(form)));
    form.submit();
  } catch {
    // Closed, out of time, no such passkey: the browser does not tell a site which.
    problem.textContent = "A chave de acesso não foi usada. Tente de novo, ou use outro modo.";
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form);
  });
}
