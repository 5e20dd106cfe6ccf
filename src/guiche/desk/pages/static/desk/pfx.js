// Takes the certificates out of a PKCS#12 file, in the customer's browser and in a worker that can
// be stopped. Bags of keys are never opened; the bytes of each certificate are handed on as they
// are, for the server reads them with its own reader.
"use strict";

self.window = self; // node-forge looks for a window, and a worker has none
importScripts("forge/forge.min.js");

const { asn1, des, hmac, md, pkcs12, pki, rc2, util } = forge;
const DATA = "1.2.840.113549.1.7.1";
const ENCRYPTED = "1.2.840.113549.1.7.6";
const CERTIFICATE_BAG = "1.2.840.113549.1.12.10.1.3";
const NESTED_BAG = "1.2.840.113549.1.12.10.1.6";
const X509 = "1.2.840.113549.1.9.22.1";
const PBES2 = "1.2.840.113549.1.5.13";
const [CIPHER_KEY, CIPHER_IV, MAC_KEY] = [1, 2, 3]; // RFC 7292, B.3
// Of PKCS#12 itself: bytes of the key, and its cipher.
const PBES1 = {
  "1.2.840.113549.1.12.1.3": [24, (key) => des.createDecryptionCipher(key)],
  "1.2.840.113549.1.12.1.4": [16, (key) => des.createDecryptionCipher(key + key.slice(0, 8))],
  "1.2.840.113549.1.12.1.5": [16, (key) => rc2.createDecryptionCipher(key, 128)],
  "1.2.840.113549.1.12.1.6": [5, (key) => rc2.createDecryptionCipher(key, 40)],
};

class Refused extends Error {
  constructor(code) { super(code); this.code = code; }
}

const parse = (bytes) => asn1.fromDer(bytes, { strict: true, parseAllBytes: false, decodeBitStrings: false });
const oid = (node) => asn1.derToOid(node.value);
// Windows writes an octet string in pieces.
const octets = (node) => (typeof node.value === "string" ? node.value : node.value.map(octets).join(""));

const count = (node) => parseInt(util.bytesToHex(node.value), 16);

function derived(purpose, password, salt, rounds, size, digest) {
  return pkcs12.generateKey(password, util.createBuffer(salt), purpose, rounds, size, digest).getBytes();
}

function hasRightMac(macData, content, password) {
  const [info, salt, rounds] = macData.value;
  const name = pki.oids[oid(info.value[0].value[0])];
  if (!(name in md)) throw new Refused("unsupported");
  const digest = md[name].create();
  const key = derived(
    MAC_KEY, password, octets(salt), rounds ? count(rounds) : 1, digest.digestLength, digest,
  );
  const mac = hmac.create();
  mac.start(name, key);
  mac.update(content);
  return mac.digest().getBytes() === octets(info.value[1]);
}

function cipherOf(algorithm, password) {
  const [scheme, parameters] = [oid(algorithm.value[0]), algorithm.value[1]];
  if (scheme in PBES1) {
    const [size, cipher] = PBES1[scheme];
    const [salt, rounds] = [octets(parameters.value[0]), count(parameters.value[1])];
    const made = cipher(derived(CIPHER_KEY, password, salt, rounds, size, md.sha1.create()));
    made.start(derived(CIPHER_IV, password, salt, rounds, 8, md.sha1.create()), null);
    return made;
  }
  if (scheme !== PBES2) throw new Refused("unsupported");
  try {
    // PKCS#5 takes the bytes of a password, PKCS#12 its letters.
    return pki.pbe.getCipher(scheme, parameters, util.encodeUtf8(password ?? ""));
  } catch {
    throw new Refused("unsupported");
  }
}

function decrypted(data, password) {
  const [, algorithm, sealed] = data.value[1].value;
  const cipher = cipherOf(algorithm, password);
  cipher.update(util.createBuffer(octets(sealed)));
  if (!cipher.finish()) throw new Refused("wrong");
  try {
    return parse(cipher.output.getBytes());
  } catch {
    // Without a MAC a wrong password is known by what comes out.
    throw new Refused("wrong");
  }
}

function* certificatesOfBags(bags) {
  for (const bag of bags.value) {
    const kind = oid(bag.value[0]);
    const content = bag.value[1].value[0];
    if (kind === NESTED_BAG) yield* certificatesOfBags(content);
    else if (kind === CERTIFICATE_BAG && oid(content.value[0]) === X509) {
      yield octets(content.value[1].value[0]);
    }
  }
}

function* certificatesOf(safe, password) {
  for (const part of parse(safe).value) {
    const content = part.value[1].value[0];
    const kind = oid(part.value[0]);
    if (kind === DATA) yield* certificatesOfBags(parse(octets(content)));
    else if (kind === ENCRYPTED) yield* certificatesOfBags(decrypted(content, password));
    else throw new Refused("unsupported");
  }
}

function opened(pfx, password) {
  const [, content, macData] = pfx.value;
  const safe = octets(content.value[1].value[0]);
  if (macData && !hasRightMac(macData, safe, password)) throw new Refused("wrong");
  return [...certificatesOf(safe, password)];
}

function certificates(bytes, typed) {
  const pfx = parse(bytes);
  // No password is written as an empty one, or as none at all.
  const passwords = typed ? [...new Set([typed, typed.normalize("NFC")])] : ["", null];
  for (const password of passwords) {
    try {
      return opened(pfx, password);
    } catch (error) {
      if (error.code !== "wrong") throw error;
    }
  }
  throw new Refused("wrong");
}

self.addEventListener("message", async ({ data }) => {
  try {
    const bytes = new Uint8Array(await data.file.arrayBuffer());
    const found = certificates(util.binary.raw.encode(bytes), data.password);
    if (!found.length) throw new Refused("empty");
    self.postMessage({ found: found.map((der) => btoa(der)) });
  } catch (error) {
    self.postMessage({ refused: error instanceof Refused ? error.code : "damaged" });
  }
});
