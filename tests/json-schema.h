/* SPDX-License-Identifier: MIT */
#pragma once

/* JSON against the schemas in docs/, as far as these use the language of schemas. A keyword that is not known here fails the
 * test: a rule that nobody checks is none. */

#include <json-glib/json-glib.h>
#include <string.h>

/* What is wrong, for the caller to free; NULL: nothing. */
static char *schema_check(JsonObject *root, JsonNode *rule, JsonNode *node, const char *where);

static bool schema_type_is(const char *type, JsonNode *node) {
        GType value = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_value_type(node) : G_TYPE_NONE;

        if (strcmp(type, "object") == 0)
                return JSON_NODE_HOLDS_OBJECT(node);
        if (strcmp(type, "array") == 0)
                return JSON_NODE_HOLDS_ARRAY(node);
        if (strcmp(type, "null") == 0)
                return JSON_NODE_HOLDS_NULL(node);
        if (strcmp(type, "string") == 0)
                return value == G_TYPE_STRING;
        if (strcmp(type, "boolean") == 0)
                return value == G_TYPE_BOOLEAN;
        assert_string_equal(type, "integer");
        return value == G_TYPE_INT64;
}

static bool schema_type_is_one_of(JsonNode *types, JsonNode *node) {
        if (JSON_NODE_HOLDS_VALUE(types))
                return schema_type_is(json_node_get_string(types), node);
        for (guint i = 0; i < json_array_get_length(json_node_get_array(types)); i++)
                if (schema_type_is(json_array_get_string_element(json_node_get_array(types), i), node))
                        return true;
        return false;
}

static bool schema_keyword_is_known(const char *keyword) {
        static const char *const known[] = {
                "$schema",     "title",
                "description", "$defs",
                "$ref",        "type",
                "required",    "additionalProperties",
                "properties",  "propertyNames",
                "minItems",    "maxItems",
                "items",       "prefixItems",
                "minimum",     "minLength",
                "maxLength",   "pattern",
                "const",       "enum",
                "anyOf",       "dependentRequired",
                "uniqueItems",
        };

        for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
                if (strcmp(known[i], keyword) == 0)
                        return true;
        return false;
}

static JsonNode *schema_keyword(JsonNode *rule, const char *keyword) {
        return json_object_get_member(json_node_get_object(rule), keyword);
}

static char *schema_check_names(JsonObject *root, JsonNode *names, const char *member, const char *where) {
        g_autoptr(JsonNode) name = json_node_init_string(json_node_alloc(), member);

        return names ? schema_check(root, names, name, where) : NULL;
}

static char *schema_check_member(JsonObject *root, JsonNode *rule, const char *member, JsonNode *value,
                                 const char *where) {
        g_autofree char *inner = g_strdup_printf("%s.%s", where, member);
        JsonNode *properties = schema_keyword(rule, "properties"),
                 *others = schema_keyword(rule, "additionalProperties");

        if (properties && json_object_has_member(json_node_get_object(properties), member))
                return schema_check(root, json_object_get_member(json_node_get_object(properties), member),
                                    value, inner);
        if (!others)
                return NULL;
        if (JSON_NODE_HOLDS_OBJECT(others))
                return schema_check(root, others, value, inner);
        return json_node_get_boolean(others) ? NULL : g_strdup_printf("%s is not in the schema", inner);
}

static char *schema_check_required(JsonNode *required, JsonObject *o, const char *where) {
        for (guint i = 0; required && i < json_array_get_length(json_node_get_array(required)); i++) {
                const char *name = json_array_get_string_element(json_node_get_array(required), i);

                if (!json_object_has_member(o, name))
                        return g_strdup_printf("%s has no %s", where, name);
        }
        return NULL;
}

/* What a member asks for that is there. */
static char *schema_check_dependent(JsonNode *dependent, const char *member, JsonObject *o, const char *where) {
        return dependent ? schema_check_required(json_object_get_member(json_node_get_object(dependent), member),
                                                 o, where)
                         : NULL;
}

static char *schema_check_object(JsonObject *root, JsonNode *rule, JsonObject *o, const char *where) {
        g_autoptr(GList) members = json_object_get_members(o);
        char *wrong = schema_check_required(schema_keyword(rule, "required"), o, where);

        if (wrong)
                return wrong;
        for (GList *i = members; i; i = i->next) {
                char *e = schema_check_dependent(schema_keyword(rule, "dependentRequired"), i->data, o, where)
                                  ?: schema_check_names(root, schema_keyword(rule, "propertyNames"), i->data, where)
                                  ?: schema_check_member(root, rule, i->data, json_object_get_member(o, i->data),
                                                         where);

                if (e)
                        return e;
        }
        return NULL;
}

static bool schema_has_twice(JsonArray *a, guint n) {
        for (guint i = 0; i < n; i++)
                for (guint j = 0; j < i; j++)
                        if (json_node_equal(json_array_get_element(a, i), json_array_get_element(a, j)))
                                return true;
        return false;
}

static char *schema_check_array(JsonObject *root, JsonNode *rule, JsonArray *a, const char *where) {
        JsonNode *least = schema_keyword(rule, "minItems"), *most = schema_keyword(rule, "maxItems");
        JsonNode *unique = schema_keyword(rule, "uniqueItems");
        JsonNode *first = schema_keyword(rule, "prefixItems"), *items = schema_keyword(rule, "items");
        guint n_first = first ? json_array_get_length(json_node_get_array(first)) : 0,
              n = json_array_get_length(a);

        if ((least && n < json_node_get_int(least)) || (most && n > json_node_get_int(most)))
                return g_strdup_printf("%s has %u elements", where, n);
        if (unique && json_node_get_boolean(unique) && schema_has_twice(a, n))
                return g_strdup_printf("%s has an element twice", where);
        for (guint i = 0; i < n; i++) {
                g_autofree char *inner = g_strdup_printf("%s[%u]", where, i);
                JsonNode *r = i < n_first ? json_array_get_element(json_node_get_array(first), i) : items;
                char *e = r ? schema_check(root, r, json_array_get_element(a, i), inner) : NULL;

                if (e)
                        return e;
        }
        return NULL;
}

static char *schema_check_value(JsonNode *rule, JsonNode *node, const char *where) {
        JsonNode *pattern = schema_keyword(rule, "pattern"), *least = schema_keyword(rule, "minimum");
        JsonNode *shortest = schema_keyword(rule, "minLength"), *longest = schema_keyword(rule, "maxLength");
        const char *text = schema_type_is("string", node) ? json_node_get_string(node) : NULL;

        if (text && pattern &&
            !g_regex_match_simple(json_node_get_string(pattern), text, G_REGEX_DOLLAR_ENDONLY, 0))
                return g_strdup_printf("%s is \"%s\", which does not match %s", where, text,
                                       json_node_get_string(pattern));
        if (text && ((shortest && g_utf8_strlen(text, -1) < json_node_get_int(shortest)) ||
                     (longest && g_utf8_strlen(text, -1) > json_node_get_int(longest))))
                return g_strdup_printf("%s has %ld characters", where, g_utf8_strlen(text, -1));
        if (least && schema_type_is("integer", node) && json_node_get_int(node) < json_node_get_int(least))
                return g_strdup_printf("%s is too small", where);
        return NULL;
}

static char *schema_check_choice(JsonObject *root, JsonNode *rule, JsonNode *node, const char *where) {
        JsonNode *exact = schema_keyword(rule, "const"), *one_of = schema_keyword(rule, "enum");
        JsonNode *any = schema_keyword(rule, "anyOf");

        if (exact && !json_node_equal(exact, node))
                return g_strdup_printf("%s is not what it must be", where);
        for (guint i = 0; one_of; i++) {
                if (i == json_array_get_length(json_node_get_array(one_of)))
                        return g_strdup_printf("%s is not one of what it may be", where);
                if (json_node_equal(json_array_get_element(json_node_get_array(one_of), i), node))
                        break;
        }
        for (guint i = 0; any; i++) {
                g_autofree char *e = NULL;

                if (i == json_array_get_length(json_node_get_array(any)))
                        return g_strdup_printf("%s is nothing that it may be", where);
                e = schema_check(root, json_array_get_element(json_node_get_array(any), i), node, where);
                if (!e)
                        break;
        }
        return NULL;
}

static char *schema_check(JsonObject *root, JsonNode *rule, JsonNode *node, const char *where) {
        g_autoptr(GList) keywords = json_object_get_members(json_node_get_object(rule));
        JsonNode *reference = schema_keyword(rule, "$ref"), *type = schema_keyword(rule, "type");
        char *e = NULL;

        for (GList *i = keywords; i; i = i->next)
                if (!schema_keyword_is_known(i->data))
                        return g_strdup_printf("%s: the keyword %s is unknown", where, (const char *) i->data);
        if (reference) {
                const char *name = json_node_get_string(reference);

                assert_true(g_str_has_prefix(name, "#/$defs/"));
                e = schema_check(root,
                                 json_object_get_member(json_object_get_object_member(root, "$defs"),
                                                        name + strlen("#/$defs/")),
                                 node, where);
        }
        if (!e && type && !schema_type_is_one_of(type, node))
                e = g_strdup_printf("%s has the wrong type", where);
        if (!e)
                e = schema_check_choice(root, rule, node, where);
        if (!e && JSON_NODE_HOLDS_OBJECT(node))
                e = schema_check_object(root, rule, json_node_get_object(node), where);
        else if (!e && JSON_NODE_HOLDS_ARRAY(node))
                e = schema_check_array(root, rule, json_node_get_array(node), where);
        else if (!e)
                e = schema_check_value(rule, node, where);
        return e;
}

/* Fails the test unless @json is of the schema docs/@schema; returns it parsed. */
static JsonNode *assert_schema(const char *schema, const char *json) {
        g_autofree char *file = g_build_filename(SOURCE_DIR, "docs", schema, NULL);
        g_autoptr(JsonParser) rules = json_parser_new(), parser = json_parser_new();
        g_autofree char *wrong = NULL;
        g_autoptr(GError) error = NULL;

        assert_true(json_parser_load_from_file(rules, file, &error));
        if (!json_parser_load_from_data(parser, json, -1, &error))
                fail_msg("%s: no JSON: %s", schema, error->message);
        wrong = schema_check(json_node_get_object(json_parser_get_root(rules)), json_parser_get_root(rules),
                             json_parser_get_root(parser), "$");
        if (wrong)
                fail_msg("%s: %s", schema, wrong);
        return json_parser_steal_root(parser);
}
