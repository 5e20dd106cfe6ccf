/* A walk by hand: pointers into the certificate, no copy, no allocation. Whatever is not plainly
   DER of the expected shape is refused, by the rules that a fast reader must keep:

   1. a serial number that is negative;
   2. a field that stands twice: CN, a number, an extension, an otherName;
   3. a string of another type than is expected, or whose octets do not fit it;
   4. a shape that is not expected; lengths that are not minimal, indefinite, or of more than two
      octets; tags of several octets; octets left over;
   5. a time that is not UTCTime of 13 or GeneralizedTime of 15 characters, ending in Z;
   6. fewer than 16 octets. */
#include "row.h"

#include <string.h>

enum { INTEGER = 2, BITS = 3, OCTETS = 4, OID = 6, UTF8 = 12, PRINTABLE = 19, IA5 = 22 };
enum { SEQUENCE = 0x30, SET = 0x31, SEVERAL = 8 };

/* What is left of a run of elements. */
typedef struct { const uint8_t *at, *end; } run;
typedef struct { uint8_t tag; run in; } element;

static inline __attribute__((always_inline)) bool next(run *left, element *found) {
    const uint8_t *at = left->at;
    if (left->end - at < 2 || (at[0] & 0x1f) == 0x1f) return false;
    size_t size = at[1], head = 2;
    if (size == 0x81) {
        if (left->end - at < 3 || (size = at[2]) < 0x80) return false;
        head = 3;
    } else if (size == 0x82) {
        if (left->end - at < 4 || (size = (size_t)at[2] << 8 | at[3]) < 0x100) return false;
        head = 4;
    } else if (size >= 0x80) {
        return false;
    }
    if ((size_t)(left->end - at) < head + size) return false;
    found->tag = at[0];
    found->in = (run){at + head, at + head + size};
    left->at = found->in.end;
    return true;
}

static bool take(run *left, uint8_t tag, run *in) {
    element found;
    if (!next(left, &found) || found.tag != tag) return false;
    *in = found.in;
    return true;
}

/* The one element that fills all of it. */
static bool whole(run all, uint8_t tag, run *in) { return take(&all, tag, in) && all.at == all.end; }

static size_t size_of(run all) { return (size_t)(all.end - all.at); }

static inline bool is(run value, const char *octets, size_t size) {
    return size_of(value) == size && !memcmp(value.at, octets, size);
}
#define IS_OID(value, octets) is((value), octets, sizeof octets - 1)

static text as_text(run value) { return (text){value.at, size_of(value)}; }

static bool is_utf8(run value) {
    for (const uint8_t *at = value.at; at < value.end;) {
        uint8_t c = *at++;
        if (c < 0x80) continue;
        int more = c >= 0xc3 && c < 0xe0 ? 1 : c == 0xe2 || (c > 0xe3 && c < 0xed) ? 2 : 0;
        /* Refused with the rest: what may be a blank to Unicode, and the rare planes. */
        if (!more || value.end - at < more) return false;
        while (more--)
            if ((*at++ & 0xc0) != 0x80) return false;
    }
    return true;
}

static inline bool is_ascii(run value) {
    uint64_t seen = 0, some;
    const uint8_t *at = value.at;
    for (; value.end - at >= 8; at += 8) {
        memcpy(&some, at, 8);
        seen |= some;
    }
    for (; at < value.end; at++) seen |= *at;
    return !(seen & 0x8080808080808080u);
}

static bool fits(uint8_t tag, run value) {
    if (tag == UTF8) return is_ascii(value) || is_utf8(value);
    return (tag == PRINTABLE || tag == IA5 || tag == OCTETS) && is_ascii(value);
}

static bool is_printable(run value) {
    for (const uint8_t *at = value.at; at < value.end; at++)
        if (*at < 0x20 || *at > 0x7e) return false;
    return true;
}

static bool once(text *slot, run value) {
    if (slot->at) return false;
    *slot = as_text(value);
    return true;
}

/* An OBJECT IDENTIFIER that is among these already, or one too many, is refused. */
static bool is_new(run oid, run *known, int *count) {
    for (int n = 0; n < *count; n++)
        if (is(oid, (const char *)known[n].at, size_of(known[n]))) return false;
    if (*count == SEVERAL * 2) return false;
    known[(*count)++] = oid;
    return true;
}

static bool is_oid(run oid) {
    if (!size_of(oid) || size_of(oid) > 64 || oid.end[-1] >= 0x80) return false;
    for (const uint8_t *at = oid.at; at < oid.end; at++)
        if (*at == 0x80 && (at == oid.at || at[-1] < 0x80)) return false;
    return true;
}

/* ---- names and dates ---- */

typedef struct { text common_name, serial_number, email, organization, unit; } name;

static bool read_name(run rdns, name *found) {
    *found = (name){0};
    while (rdns.at < rdns.end) {
        run rdn, pair, oid;
        element value;
        if (!take(&rdns, SET, &rdn) || !whole(rdn, SEQUENCE, &pair) || !take(&pair, OID, &oid))
            return false;
        if (!next(&pair, &value) || pair.at != pair.end || !is_oid(oid)) return false;
        if (value.tag == OCTETS || !fits(value.tag, value.in)) return false;
        if (size_of(oid) == 3 && oid.at[0] == 0x55 && oid.at[1] == 4) {
            switch (oid.at[2]) {
                case 3: if (!once(&found->common_name, value.in)) return false; break;
                case 5: if (!once(&found->serial_number, value.in)) return false; break;
                case 10: if (!once(&found->organization, value.in)) return false; break;
                case 11: found->unit = as_text(value.in); break;
            }
        } else if (IS_OID(oid, "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01")) {
            if (!once(&found->email, value.in)) return false;
        }
    }
    return true;
}

static text label(const name *of) {
    if (of->common_name.size) return of->common_name;
    return of->unit.at ? of->unit : of->organization;
}

static int two(const uint8_t *at) { return (at[0] - '0') * 10 + at[1] - '0'; }

static bool read_time(run *left, int64_t *moment) {
    element found;
    if (!next(left, &found)) return false;
    const uint8_t *at = found.in.at;
    size_t size = size_of(found.in);
    if (!(found.tag == 23 && size == 13) && !(found.tag == 24 && size == 15)) return false;
    for (size_t n = 0; n < size - 1; n++)
        if (at[n] < '0' || at[n] > '9') return false;
    if (at[size - 1] != 'Z') return false;
    int64_t year = size == 15 ? two(at) * 100 + two(at + 2) : two(at) + (two(at) < 50 ? 2000 : 1900);
    at += size - 11;
    int month = two(at), day = two(at + 2), hour = two(at + 4), minute = two(at + 6);
    int second = two(at + 8);
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (year < 1 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59)
        return false;
    if (day > lengths[month - 1] + (leap && month == 2)) return false;
    /* Days since 1970, the year taken to begin in March. */
    int64_t march = year - (month <= 2), era = march / 400, of_era = march % 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
    *moment = ((days * 24 + hour) * 60 + minute) * 60 + second;
    return true;
}

/* ---- key ---- */

/* An OBJECT IDENTIFIER, with a parameter or without. */
static bool read_algorithm(run algorithm, run *oid) {
    element parameter;
    if (!take(&algorithm, OID, oid) || !is_oid(*oid)) return false;
    if (algorithm.at == algorithm.end) return true;
    return next(&algorithm, &parameter) && algorithm.at == algorithm.end;
}

static bool read_key(run info, parts *found) {
    run algorithm, oid, bits, key, modulus, exponent;
    if (!take(&info, SEQUENCE, &algorithm) || !read_algorithm(algorithm, &oid)) return false;
    if (!take(&info, BITS, &bits) || info.at != info.end || !size_of(bits)) return false;
    found->key_bits = -1;
    if (IS_OID(oid, "\x2a\x86\x48\xce\x3d\x02\x01")) found->key = "EC";
    else if (IS_OID(oid, "\x2b\x65\x70")) found->key = "Ed25519";
    else if (IS_OID(oid, "\x2b\x65\x71")) found->key = "Ed448";
    else if (IS_OID(oid, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01")) found->key = "RSA";
    else return false;
    if (found->key[0] != 'R') return true;
    bits.at++;
    if (!whole(bits, SEQUENCE, &key) || !take(&key, INTEGER, &modulus)) return false;
    if (!take(&key, INTEGER, &exponent) || key.at != key.end) return false;
    if (!size_of(modulus) || modulus.at[0] >= 0x80) return false;
    while (size_of(modulus) && !modulus.at[0]) modulus.at++;
    found->key_bits = (int32_t)size_of(modulus) * 8;
    for (int top = size_of(modulus) ? modulus.at[0] : 0x80; top < 0x80; top <<= 1) found->key_bits--;
    return true;
}

/* ---- extensions ---- */

static bool read_other_name(run entry, parts *found, run *known, int *count) {
    run oid, explicit;
    element value;
    if (!take(&entry, OID, &oid) || !is_oid(oid) || !is_new(oid, known, count)) return false;
    if (!whole(entry, 0xa0, &explicit)) return false;
    if (!next(&explicit, &value) || explicit.at != explicit.end) return false;
    if (!fits(value.tag, value.in)) return false;
    /* A string within the string. */
    const uint32_t nested = 1u << OCTETS | 1u << UTF8 | 1u << PRINTABLE | 1u << 20 | 1u << IA5 | 1u << 30;
    if (size_of(value.in) > 2 && value.in.at[0] < 32 && nested >> value.in.at[0] & 1) return false;
    if (size_of(oid) == 5 && !memcmp(oid.at, "\x60\x4c\x01\x03", 4)) {
        if (value.tag == IA5) return false;
        if (oid.at[4] < FIELDS) found->field[oid.at[4]] = as_text(value.in);
    }
    return true;
}

static bool read_names(run value, parts *found) {
    run names, known[SEVERAL * 2];
    int count = 0;
    if (!whole(value, SEQUENCE, &names) || names.at == names.end) return false;
    while (names.at < names.end) {
        element entry;
        if (!next(&names, &entry)) return false;
        if (entry.tag == 0xa0) {
            if (!read_other_name(entry.in, found, known, &count)) return false;
        } else {
            if (entry.tag != 0x81 && entry.tag != 0x82 && entry.tag != 0x86) return false;
            if (!is_printable(entry.in)) return false;
            if (entry.tag == 0x81 && !found->san_email.at) found->san_email = as_text(entry.in);
            found->has_dns |= entry.tag == 0x82;
        }
    }
    return true;
}

static bool read_policies(run value, parts *found) {
    run all, information, oid, qualifiers, qualifier, kind;
    element what;
    int types = 0;
    if (!whole(value, SEQUENCE, &all)) return false;
    while (all.at < all.end) {
        if (!take(&all, SEQUENCE, &information) || !take(&information, OID, &oid) || !is_oid(oid))
            return false;
        if (size_of(oid) > 4 && !memcmp(oid.at, "\x60\x4c\x01\x02", 4)) {
            unsigned arc = 0;
            const uint8_t *at = oid.at + 4;
            do arc = arc << 7 | (*at & 0x7f); while (*at++ >= 0x80 && arc < 1 << 20);
            found->icp_brasil = true;
            if (types++) return false; /* of one profile or of several: for the careful reader */
            name_type(found, arc);
        }
        if (information.at == information.end) continue;
        if (!whole(information, SEQUENCE, &qualifiers)) return false;
        while (qualifiers.at < qualifiers.end) {
            if (!take(&qualifiers, SEQUENCE, &qualifier) || !take(&qualifier, OID, &kind))
                return false;
            if (!next(&qualifier, &what) || qualifier.at != qualifier.end) return false;
            bool is_cps = IS_OID(kind, "\x2b\x06\x01\x05\x05\x07\x02\x01");
            if (is_cps != (what.tag == IA5)) return false;
        }
    }
    return true;
}

static bool read_constraints(run value, parts *found) {
    run all, flag;
    if (!whole(value, SEQUENCE, &all)) return false;
    if (all.at == all.end || *all.at != 1) return true;
    if (!take(&all, 1, &flag) || !is(flag, "\xff", 1)) return false;
    found->is_ca = true;
    return true;
}

static bool read_extension(run extension, parts *found, run *known, int *count) {
    run oid, value;
    element part;
    if (!take(&extension, OID, &oid) || !is_oid(oid) || !is_new(oid, known, count)) return false;
    if (!next(&extension, &part)) return false;
    bool critical = part.tag == 1;
    if (critical && (!is(part.in, "\xff", 1) || !next(&extension, &part))) return false;
    if (part.tag != OCTETS || extension.at != extension.end) return false;
    value = part.in;
    bool of_x509 = size_of(oid) == 3 && oid.at[0] == 0x55 && oid.at[1] == 0x1d;
    switch (of_x509 ? oid.at[2] : 0) {
        case 17: return !critical && read_names(value, found);
        case 19: return read_constraints(value, found);
        case 32: return read_policies(value, found);
        case 14: case 15: case 31: case 35: case 37: break;
        default: if (!IS_OID(oid, "\x2b\x06\x01\x05\x05\x07\x01\x01")) return true;
    }
    return next(&value, &part) && value.at == value.end;
}

/* ---- the certificate ---- */

static bool walk(const uint8_t *der, size_t size, parts *found) {
    run certificate, tbs, part, algorithm, oid, issuer, dates, subject, extensions, all;
    run known[SEVERAL * 2];
    int count = 0;
    name names;
    if (size < 16 || !whole((run){der, der + size}, SEQUENCE, &certificate)) return false;
    *found = (parts){.der = {der, size}};
    if (!take(&certificate, SEQUENCE, &tbs) || !take(&certificate, SEQUENCE, &algorithm)) return false;
    if (!take(&certificate, BITS, &part) || certificate.at != certificate.end) return false;
    if (!take(&tbs, 0xa0, &part) || !is(part, "\x02\x01\x02", 3)) return false;
    if (!take(&tbs, INTEGER, &part) || !size_of(part) || part.at[0] >= 0x80) return false;
    while (size_of(part) > 1 && !part.at[0]) part.at++;
    if (!part.at[0]) return false;
    found->serial = as_text(part);
    if (!take(&tbs, SEQUENCE, &algorithm) || !read_algorithm(algorithm, &oid)) return false;
    if (!take(&tbs, SEQUENCE, &issuer) || !read_name(issuer, &names)) return false;
    found->issuer_name = label(&names);
    if (!take(&tbs, SEQUENCE, &dates) || !read_time(&dates, &found->not_before)) return false;
    if (!read_time(&dates, &found->not_after) || dates.at != dates.end) return false;
    if (!take(&tbs, SEQUENCE, &subject) || !read_name(subject, &names)) return false;
    found->common_name = names.common_name;
    found->organization = names.organization;
    found->serial_number = names.serial_number;
    found->subject_email = names.email;
    if (!take(&tbs, SEQUENCE, &part) || !read_key(part, found)) return false;
    if (!take(&tbs, 0xa3, &extensions) || tbs.at != tbs.end) return false;
    if (!whole(extensions, SEQUENCE, &all)) return false;
    while (all.at < all.end)
        if (!take(&all, SEQUENCE, &part) || !read_extension(part, found, known, &count)) return false;
    return true;
}

void read_batch(const int32_t *offsets, const uint8_t *data, int64_t count, void *array,
                void *schema) {
    read_all(walk, offsets, data, count, array, schema);
}
