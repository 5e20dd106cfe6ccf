/* The same row through OpenSSL's C API: d2i_X509 and its accessors. */
#include "row.h"

#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

static X509 *certificate;
static GENERAL_NAMES *alternatives;
static uint8_t serial[64];

static text as_text(const ASN1_STRING *value) {
    if (!value) return (text){NULL, 0};
    return (text){ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value)};
}

static text of_name(const X509_NAME *name, int nid) {
    int at = X509_NAME_get_index_by_NID(name, nid, -1);
    if (at < 0) return (text){NULL, 0};
    return as_text(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
}

static text label(const X509_NAME *name) {
    text found = of_name(name, NID_commonName);
    if (!found.size) found = of_name(name, NID_organizationalUnitName);
    return found.at ? found : of_name(name, NID_organizationName);
}

static int64_t moment(const ASN1_TIME *value) {
    struct tm parts;
    return ASN1_TIME_to_tm(value, &parts) ? timegm(&parts) : 0;
}

static void read_policies(parts *found) {
    CERTIFICATEPOLICIES *all = X509_get_ext_d2i(certificate, NID_certificate_policies, NULL, NULL);
    for (int n = 0; n < sk_POLICYINFO_num(all); n++) {
        char oid[80];
        OBJ_obj2txt(oid, sizeof oid, sk_POLICYINFO_value(all, n)->policyid, 1);
        unsigned arc;
        if (sscanf(oid, "2.16.76.1.2.%u", &arc) != 1) continue;
        found->icp_brasil = true;
        if (!found->type) name_type(found, arc);
    }
    CERTIFICATEPOLICIES_free(all);
}

static void read_other_name(const OTHERNAME *other, parts *found) {
    const uint8_t *oid = OBJ_get0_data(other->type_id);
    if (OBJ_length(other->type_id) != 5 || memcmp(oid, "\x60\x4c\x01\x03", 4)) return;
    if (oid[4] < FIELDS) found->field[oid[4]] = as_text(other->value->value.asn1_string);
}

static void read_names(parts *found) {
    alternatives = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    for (int n = 0; n < sk_GENERAL_NAME_num(alternatives); n++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(alternatives, n);
        if (name->type == GEN_OTHERNAME) read_other_name(name->d.otherName, found);
        if (name->type == GEN_DNS) found->has_dns = true;
        if (name->type == GEN_EMAIL && !found->san_email.at)
            found->san_email = as_text(name->d.rfc822Name);
    }
}

static bool read(const uint8_t *der, size_t size, parts *found) {
    *found = (parts){.der = {der, size}, .key_bits = -1};
    X509_free(certificate);
    GENERAL_NAMES_free(alternatives);
    alternatives = NULL;
    certificate = d2i_X509(NULL, &der, (long)size);
    if (!certificate) return false;
    if (ASN1_STRING_length(X509_get0_serialNumber(certificate)) > (int)sizeof serial) return false;
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
    found->serial = (text){serial, (size_t)BN_bn2bin(number, serial)};
    BN_free(number);
    const X509_NAME *subject = X509_get_subject_name(certificate);
    found->issuer_name = label(X509_get_issuer_name(certificate));
    found->common_name = of_name(subject, NID_commonName);
    found->organization = of_name(subject, NID_organizationName);
    found->serial_number = of_name(subject, NID_serialNumber);
    found->subject_email = of_name(subject, NID_pkcs9_emailAddress);
    found->not_before = moment(X509_get0_notBefore(certificate));
    found->not_after = moment(X509_get0_notAfter(certificate));
    BASIC_CONSTRAINTS *limits = X509_get_ext_d2i(certificate, NID_basic_constraints, NULL, NULL);
    found->is_ca = limits && limits->ca;
    BASIC_CONSTRAINTS_free(limits);
    read_policies(found);
    read_names(found);
    EVP_PKEY *key = X509_get0_pubkey(certificate);
    if (!key) return false;
    found->key = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA ? "RSA" : "EC";
    if (found->key[0] == 'R') found->key_bits = EVP_PKEY_get_bits(key);
    return true;
}

void read_batch(const int32_t *offsets, const uint8_t *data, int64_t count, void *array,
                void *schema) {
    read_all(read, offsets, data, count, array, schema);
}
