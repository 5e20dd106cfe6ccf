/* A certificate's parts, as a reader finds them, and the columns that are made of them. */
#ifndef ROW_H
#define ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Octets that lie elsewhere; `at` is NULL where there are none. */
typedef struct {
    const uint8_t *at;
    size_t size;
} text;

enum { PERSON = 1, RESPONSIBLE_NAME, CNPJ, RESPONSIBLE, VOTER, CEI_PERSON, CEI_COMPANY, COMPANY };
enum { FIELDS = 13 };

typedef struct {
    text der, serial;
    text issuer_name;                            /* CN, else the last OU, else O */
    text common_name, organization, serial_number, subject_email;
    int64_t not_before, not_after;               /* seconds since 1970 */
    const char *type, *type_profile;             /* of the policy; NULL where it is of no type */
    bool icp_brasil, is_ca, has_dns;
    text san_email;
    text field[FIELDS];                          /* otherName 2.16.76.1.3.n at n */
    const char *key;
    int32_t key_bits;                            /* -1: not RSA */
} parts;

/* What 2.16.76.1.2.arc.n stands for, into `type` and `type_profile`. */
void name_type(parts *found, unsigned arc);

enum {
    SHA256_, PROFILE, TYPE, ICP_BRASIL, HOLDER_NAME, HOLDER_CNPJ, HOLDER_CPF, HOLDER_EMAIL,
    RESPONSIBLE_NAME_, RESPONSIBLE_CPF, STATUS, REASON, NUMBER, NIS_STATUS, NIS_NUMBER, NOT_BEFORE,
    NOT_AFTER, ISSUER_NAME, SERIAL, KEY_ALGORITHM, KEY_BITS, REFUSED, COLUMNS
};

/* One Arrow column; `data` is bits, integers, or text that `offsets` parts. */
typedef struct {
    uint8_t *valid;
    int32_t *offsets;
    uint8_t *data;
    size_t size, room;
    int64_t nulls;
} column;

/* Adds row `at` to the columns; false, with nothing added, where a text is not plainly ASCII. */
bool add_row(column *columns, size_t at, const parts *found);

/* Adds a row of nulls, marked refused. */
void add_refused(column *columns, size_t at);

/* Reads one certificate into its parts, or refuses it. What the parts point to holds until the
   next call. */
typedef bool reader(const uint8_t *der, size_t size, parts *found);

struct ArrowArray;
struct ArrowSchema;

/* All certificates of an Arrow binary array, given by its buffers, as a struct array. */
void read_all(reader *read, const int32_t *offsets, const uint8_t *data, int64_t count,
              struct ArrowArray *array, struct ArrowSchema *schema);

#endif
