/* The rules of a row: profile, holder, verdicts. What is not plain is refused. */
#include "row.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#define IS(a, b) (strcmp((a), (b)) == 0)

static const text NONE = {NULL, 0};

/* ---- columns ---- */

static void room_for(column *to, size_t more) {
    if (to->size + more <= to->room) return;
    to->room = (to->size + more) * 2 + 4096;
    to->data = realloc(to->data, to->room);
    if (!to->data) abort();
}

static void mark(column *to, size_t at, bool valid) {
    if (valid) to->valid[at >> 3] |= 1u << (at & 7);
    else to->nulls++;
}

static void put(column *to, size_t at, text value) {
    mark(to, at, value.at != NULL);
    if (value.at) {
        room_for(to, value.size);
        memcpy(to->data + to->size, value.at, value.size);
        to->size += value.size;
    }
    to->offsets[at + 1] = (int32_t)to->size;
}

static void put_word(column *to, size_t at, const char *word) {
    put(to, at, word ? (text){(const uint8_t *)word, strlen(word)} : NONE);
}

static void put_hex(column *to, size_t at, text value) {
    static const char digits[] = "0123456789abcdef";
    mark(to, at, true);
    room_for(to, 2 * value.size);
    for (size_t i = 0; i < value.size; i++) {
        to->data[to->size++] = digits[value.at[i] >> 4];
        to->data[to->size++] = digits[value.at[i] & 15];
    }
    to->offsets[at + 1] = (int32_t)to->size;
}

static void put_moment(column *to, size_t at, int64_t value) {
    mark(to, at, true);
    ((int64_t *)to->data)[at] = value;
}

static void put_bit(column *to, size_t at, bool value) {
    mark(to, at, true);
    if (value) to->data[at >> 3] |= 1u << (at & 7);
}

/* ---- texts ---- */

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

static bool is_blank(uint8_t c) { return c == ' ' || (c >= 9 && c <= 13) || (c >= 28 && c <= 31); }

static text strip(text value) {
    while (value.size && is_blank(value.at[0])) value.at++, value.size--;
    while (value.size && is_blank(value.at[value.size - 1])) value.size--;
    return value;
}

static text strip_spaces(text value) {
    while (value.size && value.at[0] == ' ') value.at++, value.size--;
    while (value.size && value.at[value.size - 1] == ' ') value.size--;
    return value;
}

static bool only(text value, char one, char other) {
    for (size_t i = 0; i < value.size; i++)
        if (value.at[i] != one && value.at[i] != other) return false;
    return true;
}

static bool all_digits(text value) {
    for (size_t i = 0; i < value.size; i++)
        if (!is_digit(value.at[i])) return false;
    return value.size > 0;
}

static bool is_ascii(text value) {
    for (size_t i = 0; i < value.size; i++)
        if (value.at[i] >= 0x80) return false;
    return true;
}

static text slice(text value, size_t from, size_t to) {
    if (to > value.size) to = value.size;
    return from >= to ? (text){value.at, 0} : (text){value.at + from, to - from};
}

static text informed(text value) {
    if (!value.at) return NONE;
    value = strip(value);
    return only(value, '0', ' ') ? NONE : value;
}

/* ---- numbers ---- */

static int mod11(text value, size_t count, const int *weights) {
    int sum = 0;
    for (size_t i = 0; i < count; i++) sum += weights[i] * (value.at[i] - '0');
    return (11 - sum % 11) % 11 % 10;
}

static bool ends_in(text value, size_t at, int digit) { return value.at[at] - '0' == digit; }

static bool is_cpf(text value) {
    static const int weights[] = {11, 10, 9, 8, 7, 6, 5, 4, 3, 2};
    if (value.size != 11 || !all_digits(value)) return false;
    if (!memcmp(value.at, value.at + 1, 10)) return false; /* all alike: never issued */
    return ends_in(value, 9, mod11(value, 9, weights + 1)) &&
           ends_in(value, 10, mod11(value, 10, weights));
}

static bool is_cnpj(text value) {
    static const int weights[] = {6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2};
    if (value.size != 14 || !memcmp(value.at, "000000000000", 12)) return false;
    for (size_t i = 0; i < 14; i++) {
        bool is_letter = value.at[i] >= 'A' && value.at[i] <= 'Z';
        if (!is_digit(value.at[i]) && !(is_letter && i < 12)) return false;
    }
    return ends_in(value, 12, mod11(value, 12, weights + 1)) &&
           ends_in(value, 13, mod11(value, 13, weights));
}

static bool is_nis(text value) {
    static const int weights[] = {3, 2, 9, 8, 7, 6, 5, 4, 3, 2};
    return value.size == 11 && all_digits(value) && !only(value, '0', '0') &&
           ends_in(value, 10, mod11(value, 10, weights));
}

static bool is_caepf(text value) {
    static const int weights[] = {6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2};
    if (value.size != 14 || !all_digits(value) || only(slice(value, 0, 9), '0', '0')) return false;
    uint8_t digits[13];
    memcpy(digits, value.at, 12);
    text led = {digits, 12};
    int first = mod11(led, 12, weights + 1);
    digits[12] = (uint8_t)('0' + first);
    int both = (first * 10 + mod11(led, 13, weights) + 12) % 100;
    return ends_in(value, 12, both / 10) && ends_in(value, 13, both % 10);
}

static bool is_cei(text value) {
    static const int weights[] = {7, 4, 1, 8, 5, 2, 1, 6, 3, 7, 4};
    int sum = 0;
    for (int i = 0; i < 11; i++) sum += weights[i] * (value.at[i] - '0');
    int digit = (10 - (sum / 10 % 10 + sum % 10) % 10) % 10;
    return ends_in(value, 11, digit) || (digit == 0 && value.at[11] == '1');
}

/* ---- rules ---- */

void name_type(parts *found, unsigned arc) {
    static const struct { unsigned arc; const char *type, *profile; } types[] = {
        {1, "A1", NULL}, {2, "A2", NULL}, {3, "A3", NULL}, {4, "A4", NULL},
        {101, "S1", NULL}, {102, "S2", NULL}, {103, "S3", NULL}, {104, "S4", NULL},
        {201, "SE-S", "selo-eletronico"}, {202, "SE-H", "selo-eletronico"},
        {303, "T3", "timestamp"}, {304, "T4", "timestamp"},
        {401, "AE-S", "application"}, {402, "AE-H", "application"},
        {500, "CF-e-SAT", "cf-e-sat"}, {550, "OM-BR", "om-br"},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].arc == arc) {
            found->type = types[i].type;
            found->type_profile = types[i].profile;
        }
}

/* The name before the last colon, and the number after it; `number.at` NULL where there is none. */
static text split_name(text name, text *number) {
    *number = NONE;
    for (size_t i = name.size; i-- > 0;)
        if (name.at[i] == ':') {
            text after = strip(slice(name, i + 1, name.size));
            bool is_company = after.size == 14 && is_digit(after.at[12]) && is_digit(after.at[13]);
            for (size_t j = 0; j < after.size && is_company; j++) {
                uint8_t c = after.at[j] | 0x20;
                is_company = is_digit(after.at[j]) || (c >= 'a' && c <= 'z');
            }
            if (!all_digits(after) && !is_company) break;
            *number = after;
            return strip(slice(name, 0, i));
        }
    return strip(name);
}

static const char *profile_of(const parts *found, text bare_number) {
    const text *field = found->field;
    if (found->is_ca) return "ca";
    if (!found->type) return "other";
    if (found->type_profile) return found->type_profile;
    if (informed(field[COMPANY]).at && field[CNPJ].at) return "equipment";
    if (field[CNPJ].at || field[RESPONSIBLE].at || field[RESPONSIBLE_NAME].at) return "e-cnpj";
    bool by_cpf = found->serial_number.size == 11 && all_digits(found->serial_number) &&
                  !(found->common_name.at &&
                    memchr(found->common_name.at, ':', found->common_name.size));
    if (by_cpf && (IS(found->type, "A3") || IS(found->type, "A4"))) return "pf";
    if (field[PERSON].at || field[CEI_PERSON].at) return "e-cpf";
    if (field[CEI_COMPANY].at) return "e-cnpj";
    if (found->has_dns) return "equipment";
    if (is_cpf(bare_number)) return "e-cpf";
    return is_cnpj(bare_number) ? "e-cnpj" : "other";
}

typedef struct { const char *status, *reason; text number; } verdict;

static const char *other_register(text digits) {
    if (is_caepf(digits)) return "looks_like_caepf";
    if (is_cpf(digits)) return "looks_like_cpf";
    return is_nis(digits) ? "looks_like_nis" : "length";
}

static verdict judge_value(text value, const text *cpfs, size_t count) {
    text digits = strip_spaces(value);
    if (!value.size) return (verdict){"blank", "empty", NONE};
    if (!digits.size) return (verdict){"blank", "blanks", NONE};
    if (only(digits, '0', ' ')) return (verdict){"blank", "zeros", NONE};
    text number = all_digits(digits) ? digits : NONE;
    if (is_cnpj(digits)) return (verdict){"doubtful", "looks_like_cnpj", number};
    if (!number.at) return (verdict){"doubtful", "characters", NONE};
    if (digits.size != 12) return (verdict){"doubtful", other_register(digits), number};
    for (size_t i = 0; i < count; i++)
        if (cpfs[i].size == 11 && !memcmp(cpfs[i].at, digits.at, 9))
            return (verdict){"doubtful", "caepf_without_check_digits", number};
    if (!is_cei(digits)) return (verdict){"doubtful", "check_digit", number};
    return (verdict){"present", "ok", number};
}

static verdict judge_absence(const char *profile, bool icp_brasil) {
    if (IS(profile, "ca")) return (verdict){"not_applicable", "ca", NONE};
    if (IS(profile, "other"))
        return icp_brasil ? (verdict){"absent", "profile_unknown", NONE}
                          : (verdict){"not_applicable", "not_icp_brasil", NONE};
    if (IS(profile, "pf")) return (verdict){"absent", "optional_in_profile", NONE};
    if (IS(profile, "e-cpf") || IS(profile, "e-cnpj"))
        return (verdict){"absent", "missing_in_legacy_profile", NONE};
    return (verdict){"not_applicable", "profile_without_field", NONE};
}

static verdict judge_nis(const char *profile, const parts *found) {
    bool is_person = IS(profile, "e-cpf") || IS(profile, "pf");
    bool may_be = IS(profile, "other") && found->icp_brasil;
    text block = found->field[PERSON];
    if (!block.at || !(is_person || may_be))
        return (verdict){is_person ? "absent" : "not_applicable", NULL, NONE};
    text place = slice(block, 19, 30), digits = strip_spaces(place);
    if (!place.size) return (verdict){"absent", NULL, NONE};
    if (only(digits, '0', ' ')) return (verdict){"blank", NULL, NONE};
    if (!all_digits(digits)) return (verdict){"doubtful", NULL, NONE};
    return (verdict){is_nis(digits) ? "present" : "doubtful", NULL, digits};
}

static text cpf_of(text block) {
    return block.at && block.size >= 19 ? informed(slice(block, 8, 19)) : NONE;
}

bool add_row(column *columns, size_t at, const parts *found) {
    const text *field = found->field;
    for (int n = PERSON; n < FIELDS; n++)
        if (n != RESPONSIBLE_NAME && n != COMPANY && !is_ascii(field[n])) return false;
    if (!is_ascii(found->serial_number)) return false;
    text cn_number, ignored;
    text cn = split_name(found->common_name, &cn_number);
    if (!is_ascii(cn_number)) return false;
    const char *profile = profile_of(found, cn_number);
    /* Two CEI fields: what they say together is for the careful reader. */
    if (field[CEI_PERSON].at && field[CEI_COMPANY].at) return false;
    text cei = field[CEI_PERSON].at ? field[CEI_PERSON] : field[CEI_COMPANY];
    text cpfs[] = {cpf_of(field[PERSON]), cpf_of(field[RESPONSIBLE]), cn_number,
                   found->serial_number};
    verdict enrolment = cei.at ? judge_value(cei, cpfs, 4)
                               : judge_absence(profile, found->icp_brasil);
    verdict nis = judge_nis(profile, found);

    bool application = IS(profile, "application");
    text name = application ? found->organization : found->common_name;
    name = !name.size ? NONE : application ? split_name(name, &ignored) : cn;
    text company = informed(field[COMPANY]), cnpj = informed(field[CNPJ]), cpf = cpfs[0];
    bool numbered = application || IS(profile, "selo-eletronico");
    if (!cnpj.at && numbered && is_cnpj(found->serial_number)) cnpj = found->serial_number;
    bool person = application || IS(profile, "pf");
    if (!cpf.at && person && is_cpf(found->serial_number)) cpf = found->serial_number;

    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256(found->der.at, found->der.size, digest);
    put_hex(&columns[SHA256_], at, (text){digest, sizeof digest});
    put_word(&columns[PROFILE], at, profile);
    put_word(&columns[TYPE], at, found->is_ca ? NULL : found->type);
    put_bit(&columns[ICP_BRASIL], at, found->icp_brasil);
    put(&columns[HOLDER_NAME], at, company.at ? company : name);
    put(&columns[HOLDER_CNPJ], at, cnpj);
    put(&columns[HOLDER_CPF], at, cpf);
    put(&columns[HOLDER_EMAIL], at, found->san_email.at ? found->san_email : found->subject_email);
    put(&columns[RESPONSIBLE_NAME_], at, informed(field[RESPONSIBLE_NAME]));
    put(&columns[RESPONSIBLE_CPF], at, cpfs[1]);
    put_word(&columns[STATUS], at, enrolment.status);
    put_word(&columns[REASON], at, enrolment.reason);
    put(&columns[NUMBER], at, enrolment.number);
    put_word(&columns[NIS_STATUS], at, nis.status);
    put(&columns[NIS_NUMBER], at, nis.number);
    put_moment(&columns[NOT_BEFORE], at, found->not_before);
    put_moment(&columns[NOT_AFTER], at, found->not_after);
    put(&columns[ISSUER_NAME], at, found->issuer_name);
    put_hex(&columns[SERIAL], at, found->serial);
    put_word(&columns[KEY_ALGORITHM], at, found->key);
    mark(&columns[KEY_BITS], at, found->key_bits >= 0);
    ((int32_t *)columns[KEY_BITS].data)[at] = found->key_bits;
    put_bit(&columns[REFUSED], at, false);
    return true;
}

void add_refused(column *columns, size_t at) {
    for (int n = 0; n < REFUSED; n++) {
        mark(&columns[n], at, false);
        if (columns[n].offsets) columns[n].offsets[at + 1] = (int32_t)columns[n].size;
    }
    put_bit(&columns[REFUSED], at, true);
}
