/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <string.h>

#include "traces/error.h"
#include "traces/json-text.h"

static const char *short_escape(char c) {
        switch (c) {
        case '"':
                return "\\\"";
        case '\\':
                return "\\\\";
        case '\n':
                return "\\n";
        case '\r':
                return "\\r";
        case '\t':
                return "\\t";
        case '\b':
                return "\\b";
        case '\f':
                return "\\f";
        default:
                return NULL;
        }
}

void json_append_string(GString *s, const char *text) {
        g_autofree char *valid = NULL;

        if (!text) {
                g_string_append(s, "null");
                return;
        }

        valid = g_utf8_make_valid(text, -1);
        g_string_append_c(s, '"');
        for (const char *p = valid; *p; p++) {
                const char *escape = short_escape(*p);

                if (escape)
                        g_string_append(s, escape);
                else if ((unsigned char) *p < 0x20 || *p == 0x7f)
                        g_string_append_printf(s, "\\u%04x", (unsigned) (unsigned char) *p);
                else
                        g_string_append_c(s, *p);
        }
        g_string_append_c(s, '"');
}

void json_append_key(GString *s, const char *key) {
        if (s->len > 0 && s->str[s->len - 1] != '{')
                g_string_append(s, ", ");
        json_append_string(s, key);
        g_string_append(s, ": ");
}

void json_append_strings(GString *s, const char *key, const char *const *strings, size_t n) {
        json_append_key(s, key);
        g_string_append_c(s, '[');
        for (size_t i = 0; i < n; i++) {
                g_string_append(s, i > 0 ? ", " : "");
                json_append_string(s, strings[i]);
        }
        g_string_append_c(s, ']');
}

void json_append_array(GString *s, const char *key, const GPtrArray *strings) {
        json_append_strings(s, key, (const char *const *) strings->pdata, strings->len);
}

/* What may stand outside of strings: structure, numbers, true, false, null. */
static bool is_json_byte(char c) {
        return c != '\0' && strchr("{}[],: \t\r\n0123456789+-.eEtruefalsn", c) != NULL;
}

static bool is_hex4(const char *s, size_t size) {
        for (size_t i = 0; i < 4; i++)
                if (i >= size || !g_ascii_isxdigit(s[i]))
                        return false;
        return true;
}

/* The escape whose backslash is at @i: NULL, or what is wrong. A NUL would end the string for all that read it.
 */
static const char *check_escape(const char *text, size_t size, size_t i) {
        if (i + 1 >= size)
                return "it ends inside of a string";
        if (text[i + 1] != 'u')
                return text[i + 1] != '\0' && strchr("\"\\/bfnrt", text[i + 1])
                               ? NULL
                               : "it has an escape that JSON does not have";
        if (!is_hex4(text + i + 2, size - i - 2))
                return "it has a \\u without four hexadecimal digits";
        return memcmp(text + i + 2, "0000", 4) == 0 ? "it has the character NUL" : NULL;
}

/* The string that begins at the quote at *@i, which becomes that of its closing quote. NULL, or what is wrong.
 */
static const char *check_string(const char *text, size_t size, size_t *i) {
        for ((*i)++; *i < size && text[*i] != '"'; (*i)++) {
                const char *wrong = NULL;

                if (text[*i] == '\\')
                        wrong = check_escape(text, size, *i);
                else if ((unsigned char) text[*i] < 0x20)
                        wrong = "it has a control character in a string";
                if (wrong)
                        return wrong;
                *i += text[*i] == '\\';
        }
        return *i < size ? NULL : "it ends inside of a string";
}

/* The one byte at *@i, or the string that begins there. NULL, or what is wrong. */
static const char *check_token(const char *text, size_t size, size_t *i, unsigned *depth) {
        switch (text[*i]) {
        case '{':
        case '[':
                return ++*depth > JSON_DEPTH_MAX ? "it nests too deeply" : NULL;
        case '}':
        case ']':
                return (*depth)-- == 0 ? "it closes what it did not open" : NULL;
        case '"':
                return check_string(text, size, i);
        default:
                return is_json_byte(text[*i]) ? NULL : "it has a character that JSON does not have there";
        }
}

/* NULL, or what is wrong, and at which byte. */
static const char *check_bytes(const char *text, size_t size, size_t *ret_at) {
        unsigned depth = 0;
        bool ended = false;

        for (size_t i = 0; i < size; i++) {
                const char *wrong = NULL;

                if (ended && !g_ascii_isspace(text[i]))
                        wrong = "it goes on behind its end";
                else
                        wrong = check_token(text, size, &i, &depth);
                *ret_at = MIN(i + 1, size);
                if (wrong)
                        return wrong;
                ended |= depth == 0 && (text[i] == '}' || text[i] == ']');
        }
        return depth > 0 ? "it ends too early" : NULL;
}

static bool is_blank(const char *text, size_t size) {
        for (size_t i = 0; i < size; i++)
                if (!g_ascii_isspace(text[i]))
                        return false;
        return true;
}

/* NULL, or what is wrong. */
static char *check_json(const char *text, size_t size) {
        const char *wrong, *end;
        size_t at = 0;

        if (is_blank(text, size))
                return g_strdup("it is empty");
        if (!g_utf8_validate(text, (gssize) size, &end))
                return g_strdup_printf("byte %zu is not text in UTF-8", (size_t) (end - text) + 1);
        wrong = check_bytes(text, size, &at);
        return wrong ? g_strdup_printf("%s (byte %zu)", wrong, at) : NULL;
}

JsonNode *json_parse_object(const char *file, unsigned line, const char *text, size_t size, GError **error) {
        g_autoptr(JsonParser) parser = json_parser_new_immutable();
        g_autofree char *wrong = check_json(text, size);
        JsonNode *root;

        if (!wrong && !json_parser_load_from_data(parser, text, (gssize) size, NULL))
                wrong = g_strdup("commas, colons and values are not where JSON has them");
        if (wrong) {
                traces_set_error(error, TRACES_ERROR_SYNTAX, file, line, "no JSON: %s; write one whole object",
                                 wrong);
                return NULL;
        }

        root = json_parser_get_root(parser);
        if (!root || !JSON_NODE_HOLDS_OBJECT(root)) {
                traces_set_error(error, TRACES_ERROR_SYNTAX, file, line,
                                 "JSON, but no object; write one, it begins with '{'");
                return NULL;
        }
        return json_parser_steal_root(parser);
}
