/* Columns given away through Arrow's C data interface (arrow.apache.org, "The Arrow C data
   interface"): the layout of the two structs is part of it. */
#include "row.h"

#include <stdlib.h>
#include <string.h>

struct ArrowSchema {
    const char *format, *name, *metadata;
    int64_t flags, n_children;
    struct ArrowSchema **children, *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length, null_count, offset, n_buffers, n_children;
    const void **buffers;
    struct ArrowArray **children, *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

static const struct { const char *name, *format; } NAMES[COLUMNS] = {
    [SHA256_] = {"sha256", "u"},
    [PROFILE] = {"profile", "u"},
    [TYPE] = {"certificate_type", "u"},
    [ICP_BRASIL] = {"icp_brasil", "b"},
    [HOLDER_NAME] = {"holder_name", "u"},
    [HOLDER_CNPJ] = {"holder_cnpj", "u"},
    [HOLDER_CPF] = {"holder_cpf", "u"},
    [HOLDER_EMAIL] = {"holder_email", "u"},
    [RESPONSIBLE_NAME_] = {"responsible_name", "u"},
    [RESPONSIBLE_CPF] = {"responsible_cpf", "u"},
    [STATUS] = {"enrolment_status", "u"},
    [REASON] = {"enrolment_reason", "u"},
    [NUMBER] = {"enrolment_number", "u"},
    [NIS_STATUS] = {"nis_status", "u"},
    [NIS_NUMBER] = {"nis_number", "u"},
    [NOT_BEFORE] = {"not_before", "tss:UTC"},
    [NOT_AFTER] = {"not_after", "tss:UTC"},
    [ISSUER_NAME] = {"issuer_name", "u"},
    [SERIAL] = {"serial", "u"},
    [KEY_ALGORITHM] = {"key_algorithm", "u"},
    [KEY_BITS] = {"key_bits", "i"},
    [REFUSED] = {"refused", "b"},
};

static void *blank(size_t size) {
    void *made = calloc(1, size ? size : 1);
    if (!made) abort();
    return made;
}

static void release_array(struct ArrowArray *array) {
    for (int64_t n = 0; n < array->n_children; n++) {
        if (array->children[n]->release) array->children[n]->release(array->children[n]);
        free(array->children[n]);
    }
    for (int64_t n = 0; n < array->n_buffers; n++) free((void *)array->buffers[n]);
    free(array->buffers);
    free(array->children);
    array->release = NULL;
}

static void release_schema(struct ArrowSchema *schema) {
    for (int64_t n = 0; n < schema->n_children; n++) {
        if (schema->children[n]->release) schema->children[n]->release(schema->children[n]);
        free(schema->children[n]);
    }
    free(schema->children);
    schema->release = NULL;
}

static void begin(column *to, const char *format, int64_t count) {
    *to = (column){.valid = blank((size_t)count / 8 + 1)};
    if (*format == 'u') to->offsets = blank(((size_t)count + 1) * 4);
    else to->data = blank(*format == 'b' ? (size_t)count / 8 + 1 : (size_t)count * 8);
}

static void give(const column *from, int64_t count, struct ArrowArray *array) {
    array->length = count;
    array->null_count = from->nulls;
    array->n_buffers = from->offsets ? 3 : 2;
    array->buffers = blank(3 * sizeof(void *));
    array->buffers[0] = from->valid;
    array->buffers[1] = from->offsets ? (void *)from->offsets : from->data;
    if (from->offsets) array->buffers[2] = from->data ? from->data : blank(1);
    array->release = release_array;
}

void read_all(reader *read, const int32_t *offsets, const uint8_t *data, int64_t count,
              struct ArrowArray *array, struct ArrowSchema *schema) {
    column columns[COLUMNS];
    for (int n = 0; n < COLUMNS; n++) begin(&columns[n], NAMES[n].format, count);
    for (int64_t row = 0; row < count; row++) {
        parts found;
        size_t size = (size_t)(offsets[row + 1] - offsets[row]);
        bool taken = read(data + offsets[row], size, &found) && add_row(columns, row, &found);
        if (!taken) add_refused(columns, row);
    }
    *array = (struct ArrowArray){.length = count, .n_buffers = 1, .n_children = COLUMNS,
                                 .buffers = blank(sizeof(void *)),
                                 .children = blank(COLUMNS * sizeof(void *)),
                                 .release = release_array};
    *schema = (struct ArrowSchema){.format = "+s", .name = "", .n_children = COLUMNS,
                                   .children = blank(COLUMNS * sizeof(void *)),
                                   .release = release_schema};
    for (int n = 0; n < COLUMNS; n++) {
        array->children[n] = blank(sizeof(struct ArrowArray));
        give(&columns[n], count, array->children[n]);
        schema->children[n] = blank(sizeof(struct ArrowSchema));
        *schema->children[n] = (struct ArrowSchema){.format = NAMES[n].format,
                                                    .name = NAMES[n].name, .flags = 2,
                                                    .release = release_schema};
    }
}
