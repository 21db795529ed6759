/* SPDX-License-Identifier: MIT */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

/* JSON is written by hand where its bytes matter: one line, a blank after each comma and colon, keys in a fixed
 * order. */

/* Appends @text as a JSON string, quotes included; NULL as null. */
void json_append_string(GString *s, const char *text);

/* Appends `"key": `, with ", " before it unless it is the first in its object. */
void json_append_key(GString *s, const char *key);

/* Appends `"key": [...]`, an array of strings. */
void json_append_strings(GString *s, const char *key, const char *const *strings, size_t n);
/* The same for an array of char *. */
void json_append_array(GString *s, const char *key, const GPtrArray *strings);

/* How deep a file may nest its objects and arrays. */
#define JSON_DEPTH_MAX 64U

/* Parses the JSON object in the @size bytes at @text, which are line @line of @file. Stricter than json-glib: no
 * comments, no other quotes, no bytes that are not UTF-8, no nesting that exhausts the stack. */
JsonNode *json_parse_object(const char *file, unsigned line, const char *text, size_t size, GError **error);
