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

/* What may stand outside of strings: structure, numbers, true, false, null. */
static bool is_json_byte(char c) {
        return c != '\0' && strchr("{}[],: \t\r\n0123456789+-.eEtruefalsn", c) != NULL;
}

/* The string that begins behind the quote at @i: the index of its closing quote, @size when there is none. */
static size_t string_end(const char *text, size_t size, size_t i) {
        for (; i < size && text[i] != '"'; i++)
                if (text[i] == '\\')
                        i++;
        return MIN(i, size);
}

/* NULL, or what is wrong. */
static const char *check_bytes(const char *text, size_t size) {
        unsigned depth = 0;

        for (size_t i = 0; i < size; i++)
                switch (text[i]) {
                case '{':
                case '[':
                        if (++depth > JSON_DEPTH_MAX)
                                return "it nests too deeply";
                        break;
                case '}':
                case ']':
                        if (depth-- == 0)
                                return "it closes what it did not open";
                        break;
                case '"':
                        i = string_end(text, size, i + 1);
                        if (i == size)
                                return "it ends inside of a string";
                        break;
                default:
                        if (!is_json_byte(text[i]))
                                return "it has a character that JSON does not have there";
                }
        return depth > 0 ? "it ends too early" : NULL;
}

JsonNode *json_parse_object(const char *file, unsigned line, const char *text, size_t size, GError **error) {
        g_autoptr(JsonParser) parser = json_parser_new_immutable();
        g_autoptr(GError) failure = NULL;
        const char *wrong = NULL, *behind;
        JsonNode *root;

        if (!g_utf8_validate(text, (gssize) size, NULL))
                wrong = "it is not UTF-8";
        else
                wrong = check_bytes(text, size);
        if (!wrong && !json_parser_load_from_data(parser, text, (gssize) size, &failure)) {
                behind = strrchr(failure->message, ':');
                wrong = behind ? behind + 2 : failure->message;
        }
        if (wrong) {
                traces_set_error(error, TRACES_ERROR_SYNTAX, file, line, "no JSON: %s; write one whole object",
                                 wrong);
                return NULL;
        }

        root = json_parser_get_root(parser);
        if (!root || !JSON_NODE_HOLDS_OBJECT(root)) {
                traces_set_error(error, TRACES_ERROR_SYNTAX, file, line, "no JSON object; it begins with '{'");
                return NULL;
        }
        return json_parser_steal_root(parser);
}
