/* A PKCS#11 module that misbehaves: AT_START is what C_Initialize does first. It needs no header and
   no library, so that a bare compiler is enough. Without AT_START it has one token, whose label
   would clear a terminal, and whose certificates never end. */

typedef unsigned long number;
typedef unsigned char byte;

extern int raise(int), pause(void), fork(void), setsid(void);
extern void _exit(int);
extern long write(int, const void *, number);

enum { OK = 0, DEVICE_ERROR = 0x30, NOT_SUPPORTED = 0x54 };

#ifndef AT_START
#define AT_START
#endif

static void fill(byte *place, const char *text, int size) {
    while (size--) *place++ = *text ? *text++ : ' ';
}

static number refuse(void) { return NOT_SUPPORTED; }
static number fine(void) { return OK; }
static number start(void) { AT_START; return OK; }

static number tell_library(byte *info) {
    for (int i = 0; i < 88; i++) info[i] = 0;
    return OK;
}

static number list_slots(byte present, number *list, number *count) {
    if (list) *list = 7;
    *count = 1;
    return OK;
}

static number tell_slot(number slot, byte *info) {
    fill(info, "", 96);
    *(number *)(info + 96) = 1;
    return OK;
}

static number tell_token(number slot, byte *info) {
    fill(info, "TOKEN \033[2J", 32);
    fill(info + 32, "", 64);
    *(number *)(info + 96) = 0x400;
    return OK;
}

static number open_session(number slot, number flags, void *a, void *b, number *session) {
    *session = 1;
    return OK;
}

static number find(number session, number *objects, number most, number *count) {
    *objects = 1;
    *count = 1;
    return OK;
}

struct attribute { number type; void *value; number size; };

static number tell_attributes(number session, number object, struct attribute *wanted, number count) {
    for (; count--; wanted++) {
        int is_value = wanted->type == 0x11;
        wanted->size = is_value ? 4 : wanted->type > 0xff ? 1 : sizeof(number);
        if (wanted->value && is_value) fill(wanted->value, "0\2\5", 4);
        else if (wanted->value && wanted->size > 1) *(number *)wanted->value = wanted->type == 0;
    }
    return OK;
}

static struct { byte version[2]; void *functions[68]; } module = {{2, 40}, {[0 ... 67] = refuse}};

number C_GetFunctionList(void **list) {
    void **f = module.functions;
    f[0] = start; f[1] = fine; f[2] = tell_library; f[4] = list_slots; f[5] = tell_slot;
    f[6] = tell_token; f[12] = open_session; f[13] = fine; f[24] = tell_attributes; f[26] = fine;
    f[27] = find; f[28] = fine;
    *list = &module;
    return OK;
}
