/* SPDX-License-Identifier: MIT */

#include <string.h>

#include "model/outside.h"
#include "model/properties/property.h"
#include "traces/error.h"
#include "traces/process-name.h"
#include "traces/scenario.h"
#include "traces/validate.h"

/* The top level of a run, as it was validated. */
typedef struct ValidTop {
        const TraceRun *run;
        guint n;        /* events */
        World *world;   /* after them */
        uint16_t *rank; /* under which, and whose places there were looked at */
        bool *ranked;
        uint32_t violated;
} ValidTop;

struct Validation {
        const GPtrArray *loaded;
        GPtrArray *traces; /* Trace */
        Catalog *
                catalog; /* of the first one; the others that share anything have the same scenario and systemd */
        GArray *tops;    /* ValidTop */
};

typedef struct Validator {
        Chooser chooser; /* first */
        const Catalog *catalog;
        WorldLayout layout;
        Manager *m;
        World *world, *before, *scratch;
        uint16_t *ranks[WORLD_EPOCHS_MAX];
        const Property *property;
        const TraceEvent *event;
        unsigned n_event; /* from 1 on */
        guint n_choices;  /* of the event, that were asked so far */
        guint n_interrupts;
        unsigned n_points;
        bool ever_violated;    /* the property, by some event of the run */
        uint32_t all_violated; /* the properties that some event of the top level violates; a bit for each */
        Validation *shared;
        char *why; /* the first difference */
} Validator;

static void G_GNUC_PRINTF(2, 3) differs(Validator *v, const char *format, ...) {
        g_autofree char *text = NULL;
        va_list ap;

        if (v->why)
                return;
        va_start(ap, format);
        text = g_strdup_vprintf(format, ap);
        va_end(ap);
        v->why = v->n_event > 0 ? g_strdup_printf("event %u: %s", v->n_event, text) : g_strdup(text);
}

/* Order */

/* A ranking that extends what the run says: always the first, or the last, of the names that nothing must come before any
 * more. False: there is none, the orders go in circles. */
static bool make_rank(const TraceRun *run, const Catalog *c, unsigned key, bool descending, uint16_t *rank) {
        size_t n = c->n_names;
        g_autofree bool *before = g_new0(bool, n *n);
        g_autofree unsigned *n_before = g_new0(unsigned, n);

        for (guint i = 0; i < run->orders->len; i++) {
                const TraceOrder *o = run->orders->pdata[i];
                size_t a = catalog_find_name(c, o->first), b = catalog_find_name(c, o->second);

                if (o->key != key || before[a * n + b])
                        continue;
                before[a * n + b] = true;
                n_before[b]++;
        }

        memset(rank, 0xff, n * sizeof(uint16_t));
        for (size_t place = 0; place < n; place++) {
                size_t found = n;

                for (size_t i = 0; i < n && found == n; i++) {
                        size_t name = descending ? n - 1 - i : i;

                        if (rank[name] == UINT16_MAX && n_before[name] == 0)
                                found = name;
                }
                if (found == n)
                        return false;
                rank[found] = (uint16_t) place;
                for (size_t i = 0; i < n; i++)
                        n_before[i] -= before[found * n + i];
        }
        return true;
}

static bool check_order_names(Validator *v, const TraceRun *run) {
        for (guint i = 0; i < run->orders->len; i++) {
                const TraceOrder *o = run->orders->pdata[i];

                if (o->key >= WORLD_EPOCHS_MAX || catalog_find_name(v->catalog, o->first) == ID_NONE ||
                    catalog_find_name(v->catalog, o->second) == ID_NONE) {
                        differs(v,
                                "its orders speak of a name or a key that the scenario does not have: %s before "
                                "%s",
                                o->first, o->second);
                        return false;
                }
        }
        return true;
}

/* Choices and interrupts */

static unsigned validator_choose(Chooser *self, Manager *m, const Choice *c) {
        Validator *v = (Validator *) (void *) self;

        if (c->n <= 1)
                return 0;
        for (; v->n_choices < v->event->choices->len; v->n_choices++) {
                const TraceChoice *t = v->event->choices->pdata[v->n_choices];

                if (choice_is_order(t->kind))
                        continue; /* the ranking has answered it */
                if (t->kind != c->kind || t->n != c->n || t->answer >= c->n)
                        break;
                v->n_choices++;
                return t->answer;
        }
        differs(v, "%s asks a question (%s, %u answers) that the trace does not have", c->where,
                choice_kind_to_string(c->kind), c->n);
        return 0;
}

static void perform_exit(Validator *v, const char *process) {
        Manager *m = v->m;

        for (Pid pid = 1; pid <= m->layout->n_processes; pid++) {
                const Process *p = m->processes + pid - 1;
                g_autofree char *name = NULL;

                if (p->state != PROCESS_RUNNING || (p->flags & PROCESS_CAN_EXIT) == 0)
                        continue;
                name = process_name(m, pid);
                if (strcmp(name, process) == 0) {
                        kernel_exit(m, pid, CODE_EXITED, 0);
                        return;
                }
        }
        differs(v, "there is no process %s that could exit by itself", process);
}

/* Performs the client's next statement, which must be the given one; @client NULL: the top level's. */
static void perform_statement(Validator *v, const char *client, const char *statement) {
        Manager *m = v->m;
        const Program *p = client ? NULL : &m->catalog->top;
        unsigned number = 0;

        for (size_t i = 0; client && i < m->catalog->n_clients; i++)
                if (strcmp(m->catalog->clients[i].name, client) == 0) {
                        p = m->catalog->clients + i;
                        number = (unsigned) i + 1;
                }
        if (!p) {
                differs(v, "there is no client %s", client);
                return;
        }

        uint16_t *pc = client ? &m->clients[number - 1].pc : &m->world->top_pc;
        if ((client && m->clients[number - 1].waiting) || *pc >= p->n_statements)
                differs(v, "%s cannot do anything now", client ?: "the top level");
        else if (strcmp(p->statements[*pc].source, statement) != 0)
                differs(v, "the next statement of %s is '%s'", client ?: "the top level",
                        p->statements[*pc].source);
        else
                outside_advance(m, number);
}

static void validator_observation_point(Chooser *self, Manager *m, const char *where, NameId name) {
        Validator *v = (Validator *) (void *) self;
        unsigned point = v->n_points++;

        for (; v->n_interrupts < v->event->interrupts->len; v->n_interrupts++) {
                const TraceInterrupt *i = v->event->interrupts->pdata[v->n_interrupts];

                if (i->point != point)
                        return;
                if (strcmp(i->where, where) != 0 ||
                    (i->unit && strcmp(i->unit, catalog_name_str(m->catalog, name)) != 0))
                        differs(v, "observation point %u is %s of %s", point, where,
                                catalog_name_str(m->catalog, name));
                else if (i->client)
                        perform_statement(v, i->client, i->statement ?: "");
                else
                        perform_exit(v, i->process);
        }
}

/* Events */

static void perform_dispatch(Validator *v) {
        unsigned epoch = v->world->epoch;

        if (!manager_is_pending(v->m)) {
                differs(v, "PID 1 has nothing to do");
                return;
        }
        if ((v->world->flags & WORLD_REEXEC_WANTED) != 0 && epoch + 1 < WORLD_EPOCHS_MAX)
                v->m->rank_after = v->ranks[epoch + 1];
        manager_dispatch(v->m);
        v->m->rank_after = NULL;
}

static bool same_text(const char *a, const char *b) {
        return g_strcmp0(a, b) == 0;
}

static void compare_changes(Validator *v, const GPtrArray *recorded, const GPtrArray *now) {
        for (guint i = 0; i < MAX(recorded->len, now->len) && !v->why; i++) {
                const Change *r = i < recorded->len ? recorded->pdata[i] : NULL;
                const Change *n = i < now->len ? now->pdata[i] : NULL;

                if (!r && n)
                        differs(v, "%s of %s changes from '%s' to '%s' now", n->field, n->subject, n->old,
                                n->new);
                else if (r && !n)
                        differs(v, "%s of %s does not change from '%s' to '%s' any more", r->field, r->subject,
                                r->old, r->new);
                else if (r && (!same_text(r->subject, n->subject) || !same_text(r->field, n->field) ||
                               !same_text(r->old, n->old) || !same_text(r->new, n->new)))
                        differs(v, "%s of %s changes from '%s' to '%s', where it was %s of %s from '%s' to '%s'",
                                n->field, n->subject, n->old, n->new, r->field, r->subject, r->old, r->new);
        }
}

static void compare_hit(Validator *v) {
        g_autofree char *hit = v->m->hit_tag == ID_NONE
                                       ? NULL
                                       : g_strdup_printf("%s.%u", catalog_text_str(v->catalog, v->m->hit_tag),
                                                         (unsigned) v->m->hit_number);

        if (!same_text(hit, v->event->process))
                differs(v, "the statement hits %s, where it was %s", hit ?: "nobody",
                        v->event->process ?: "nobody");
}

static void take_event(Validator *v) {
        const TraceEvent *e = v->event;

        if (MANAGER_CRASHED(v->m)) {
                differs(v, "PID 1 is dead already");
                return;
        }

        v->n_choices = v->n_interrupts = v->n_points = 0;
        v->m->hit_tag = ID_NONE;
        v->m->reload.done = false;
        if (e->kind == TRACE_DISPATCH)
                perform_dispatch(v);
        else if (e->kind == TRACE_EXIT)
                perform_exit(v, e->process);
        else
                perform_statement(v, e->top_level ? NULL : e->client, e->statement);
        if (v->why)
                return;
        if (v->n_interrupts < e->interrupts->len)
                differs(v, "the reload has only %u observation points", v->n_points);
        if (e->kind == TRACE_STATEMENT)
                compare_hit(v);
}

/* The world of the last event, before it is normalized, or after. */
static int check(Validator *v, PropertyCheck property, Finding *ret) {
        return property ? property(v->m, ret) : 0;
}

static bool at_rest(const Validator *v) {
        if (MANAGER_CRASHED(v->m))
                return true;
        for (size_t i = 0; i < v->catalog->n_clients; i++)
                if (v->m->clients[i].waiting || v->m->clients[i].pc < v->catalog->clients[i].n_statements)
                        return false;
        return !manager_is_pending(v->m);
}

/* Common beginnings */

static bool same_choices(const GPtrArray *a, const GPtrArray *b) {
        if (a->len != b->len)
                return false;
        for (guint i = 0; i < a->len; i++) {
                const TraceChoice *x = a->pdata[i], *y = b->pdata[i];

                if (x->kind != y->kind || x->answer != y->answer || x->n != y->n)
                        return false;
        }
        return true;
}

static bool same_changes(const GPtrArray *a, const GPtrArray *b) {
        if (a->len != b->len)
                return false;
        for (guint i = 0; i < a->len; i++) {
                const Change *x = a->pdata[i], *y = b->pdata[i];

                if (!same_text(x->subject, y->subject) || !same_text(x->field, y->field) ||
                    !same_text(x->old, y->old) || !same_text(x->new, y->new))
                        return false;
        }
        return true;
}

/* All that a validator looks at. */
static bool same_event(const TraceEvent *a, const TraceEvent *b) {
        return a->kind == b->kind && a->top_level == b->top_level && same_text(a->client, b->client) &&
               same_text(a->process, b->process) && same_text(a->statement, b->statement) &&
               same_choices(a->choices, b->choices) && same_changes(a->changes, b->changes);
}

/* How many events of the top level the run begins with; not its last event, which the violation is about. */
static guint top_length(const TraceRun *run) {
        guint n = 0;

        for (; n + 1 < run->events->len; n++) {
                const TraceEvent *e = run->events->pdata[n];

                if (!e->top_level || e->skipped || e->interrupts->len > 0)
                        break;
        }
        return n;
}

static bool same_order(const ValidTop *top, const uint16_t *rank, size_t n_names) {
        for (size_t a = 0; a < n_names; a++)
                for (size_t b = 0; top->ranked[a] && b < a; b++)
                        if (top->ranked[b] && (top->rank[a] < top->rank[b]) != (rank[a] < rank[b]))
                                return false;
        return true;
}

static bool same_top(const ValidTop *top, const TraceRun *run, guint n) {
        if (top->n != n)
                return false;
        for (guint i = 0; i < n; i++)
                if (!same_event(top->run->events->pdata[i], run->events->pdata[i]))
                        return false;
        return true;
}

static const ValidTop *find_top(const Validator *v, const TraceRun *run, guint n) {
        for (guint i = 0; i < v->shared->tops->len; i++) {
                const ValidTop *top = &g_array_index(v->shared->tops, ValidTop, i);

                if (same_order(top, v->ranks[0], v->layout.n_names) && same_top(top, run, n))
                        return top;
        }
        return NULL;
}

static void check_all(Validator *v, bool reloaded) {
        size_t n;
        const Property *all = properties(&n);
        Finding ignored;

        for (size_t i = 0; i < n; i++)
                if ((reloaded && check(v, all[i].on_reload, &ignored) < 0) ||
                    (!reloaded && check(v, all[i].on_state, &ignored) < 0) ||
                    (!reloaded && at_rest(v) && check(v, all[i].at_rest, &ignored) < 0))
                        v->all_violated |= (uint32_t) BIT(i);
}

static void take_one(Validator *v, const TraceRun *run, guint i, bool *ret_violated, Finding *ret_finding);

/* Returns how many events are done with. */
static guint take_top(Validator *v, const TraceRun *run) {
        size_t n_properties, property = (size_t) (v->property - properties(&n_properties));
        guint n = top_length(run);
        const ValidTop *known = n > 0 ? find_top(v, run, n) : NULL;
        ValidTop top = { .run = run, .n = n };
        Finding ignored;
        bool violated;

        if (known) {
                memcpy(v->world, known->world, v->layout.size);
                v->ever_violated = (known->violated & BIT(property)) != 0;
                return n;
        }
        if (n == 0)
                return 0;

        top.ranked = v->m->ranked = g_new0(bool, v->layout.n_names);
        v->all_violated = 0;
        for (guint i = 0; i < n && !v->why; i++)
                take_one(v, run, i, &violated, &ignored);
        v->m->ranked = NULL;
        if (v->why || v->world->epoch > 0) {
                g_free(top.ranked);
                return n;
        }
        top.world = g_memdup2(v->world, v->layout.size);
        top.rank = g_memdup2(v->ranks[0], v->layout.n_names * sizeof(uint16_t));
        top.violated = v->all_violated;
        g_array_append_val(v->shared->tops, top);
        return n;
}

static void take_one(Validator *v, const TraceRun *run, guint i, bool *ret_violated, Finding *ret_finding) {
        g_autoptr(GPtrArray) changes = NULL;

        v->event = run->events->pdata[i];
        v->n_event = i + 1;
        if (v->event->skipped)
                return;

        memcpy(v->before, v->world, v->layout.size);
        take_event(v);
        if (v->why)
                return;

        *ret_violated = v->m->reload.done && check(v, v->property->on_reload, ret_finding) < 0;
        if (v->m->ranked && v->m->reload.done)
                check_all(v, true);
        world_normalize(&v->layout, v->world, v->scratch);
        *ret_violated = *ret_violated || check(v, v->property->on_state, ret_finding) < 0 ||
                        (at_rest(v) && check(v, v->property->at_rest, ret_finding) < 0);
        if (v->m->ranked)
                check_all(v, false);
        v->ever_violated = v->ever_violated || *ret_violated;
        changes = snapshot_changes_since(v->m, v->before);
        compare_changes(v, v->event->changes, changes);
}

/* Takes all events. *ret_violated: the last one violates the property, *ret_finding says how. */
static void take_events(Validator *v, const TraceRun *run, bool *ret_violated, Finding *ret_finding) {
        *ret_violated = false;
        for (guint i = take_top(v, run); i < run->events->len && !v->why; i++)
                take_one(v, run, i, ret_violated, ret_finding);
        v->n_event = 0;
}

static void start(Validator *v, const TraceRun *run, bool descending) {
        if (!check_order_names(v, run))
                return;
        for (unsigned key = 0; key < WORLD_EPOCHS_MAX; key++)
                if (!make_rank(run, v->catalog, key, descending, v->ranks[key])) {
                        differs(v, "its orders go in circles");
                        return;
                }
        world_init(&v->layout, v->world);
        manager_bind(v->m, v->world);
        v->m->rank = v->ranks[0];
        manager_startup(v->m);
        world_normalize(&v->layout, v->world, v->scratch);
}

static unsigned count_events(const TraceRun *run) {
        unsigned n = 0;

        for (guint i = 0; i < run->events->len; i++) {
                const TraceEvent *e = run->events->pdata[i];

                n += e->top_level ? 0 : 1 + e->interrupts->len;
        }
        return n;
}

static void validate_run(Validator *v, const Trace *t, bool descending) {
        Finding finding = { .unit = ID_NONE };
        bool violated;

        start(v, &t->run, descending);
        if (v->why)
                return;
        take_events(v, &t->run, &violated, &finding);
        if (v->why)
                return;
        if (!violated)
                differs(v, "%s is not violated at the end", t->property);
        else if (strcmp(finding.text, t->violation) != 0)
                differs(v, "%s is violated otherwise: %s", t->property, finding.text);
        else if (count_events(&t->run) != t->n_events)
                differs(v, "there are %u events, not %u", count_events(&t->run), t->n_events);
}

/* The observable state in which the run ends. */
static GPtrArray *end_of_run(Validator *v, const TraceRun *run, bool descending) {
        Finding ignored;
        bool violated;

        v->ever_violated = false;
        start(v, run, descending);
        if (!v->why)
                take_events(v, run, &violated, &ignored);
        return v->why ? NULL : snapshot_take(v->m, SNAPSHOT_OBSERVABLE);
}

/* The same, and it is at rest. */
static GPtrArray *rest_of_run(Validator *v, const TraceRun *run, bool descending) {
        g_autoptr(GPtrArray) end = end_of_run(v, run, descending);

        if (end && !at_rest(v))
                differs(v, "a run does not end at rest");
        return v->why ? NULL : g_steal_pointer(&end);
}

static void validate_schedule(Validator *v, const Trace *t, bool descending) {
        g_autoptr(GPtrArray) run = rest_of_run(v, &t->run, descending), other = NULL, changes = NULL;

        if (!run)
                return;
        other = rest_of_run(v, &t->other, descending);
        if (!other)
                return;
        changes = snapshot_changes(other, run);
        if (changes->len == 0)
                differs(v, "both orders come to rest in the same state");
        compare_changes(v, t->differences, changes);
}

/* The same schedule under an order that does not violate the property; v->world is where the run ended. */
static void validate_other(Validator *v, const Trace *t, bool descending) {
        g_autoptr(GPtrArray) run = snapshot_take(v->m, SNAPSHOT_OBSERVABLE), other = NULL, changes = NULL;

        other = end_of_run(v, &t->other, descending);
        if (!other)
                return;
        if (v->ever_violated) {
                differs(v, "%s is violated under the other order as well", t->property);
                return;
        }
        changes = snapshot_changes(other, run);
        compare_changes(v, t->differences, changes);
}

static void validator_init(Validator *v, const Catalog *c, const Profile *profile, const Property *property) {
        *v = (Validator) {
                .chooser = { .choose = validator_choose, .observation_point = validator_observation_point },
                .catalog = c,
                .property = property,
        };
        world_layout(c, &v->layout);
        v->m = manager_new(c, &v->layout, profile);
        v->m->chooser = &v->chooser;
        v->world = world_new(&v->layout);
        v->before = world_new(&v->layout);
        v->scratch = world_new(&v->layout);
        for (size_t i = 0; i < WORLD_EPOCHS_MAX; i++)
                v->ranks[i] = g_new(uint16_t, c->n_names);
}

static void validator_clear(Validator *v) {
        for (size_t i = 0; i < WORLD_EPOCHS_MAX; i++)
                g_free(v->ranks[i]);
        manager_free(v->m);
        g_free(v->world);
        g_free(v->before);
        g_free(v->scratch);
        g_free(v->why);
}

static const Fix *find_fix(const char *name, const GPtrArray *loaded) {
        for (guint i = 0; loaded && i < loaded->len; i++)
                if (strcmp(((const Fix *) loaded->pdata[i])->name, name) == 0)
                        return loaded->pdata[i];
        return fix_find(name);
}

bool trace_profile(const char *file, const Trace *t, const GPtrArray *loaded, Profile *ret, GError **error) {
        const Profile *base = profile_find(t->systemd);
        const Fix *fixes[FIXES_MAX];
        const char *a = NULL, *b = NULL;

        if (!base) {
                traces_set_error(error, TRACES_ERROR_SYNTAX, file, 0,
                                 "systemd '%s' is unknown; see 'coldplug profiles'", t->systemd);
                return false;
        }
        for (guint i = 0; i < MIN(t->fixes->len, FIXES_MAX); i++) {
                const char *name = t->fixes->pdata[i];

                fixes[i] = find_fix(name, loaded);
                if (!fixes[i]) {
                        traces_set_error(error, TRACES_ERROR_SYNTAX, file, 0,
                                         "the trace was made with the fix '%s'; give it with --fix ./%s.so",
                                         name, name);
                        return false;
                }
        }
        if (t->fixes->len > FIXES_MAX || profile_add_fixes(base, fixes, t->fixes->len, ret, &a, &b) < 0) {
                traces_set_error(error, TRACES_ERROR_SYNTAX, file, 0,
                                 "its fixes make no sense together; leave '%s' out", b ? b : "some");
                return false;
        }
        return true;
}

static void top_clear(gpointer data) {
        ValidTop *t = data;

        g_free(t->world);
        g_free(t->rank);
        g_free(t->ranked);
}

Validation *validation_new(const GPtrArray *loaded) {
        Validation *x = g_new0(Validation, 1);

        x->loaded = loaded;
        x->traces = g_ptr_array_new_with_free_func((GDestroyNotify) trace_free);
        x->tops = g_array_new(FALSE, FALSE, sizeof(ValidTop));
        g_array_set_clear_func(x->tops, top_clear);
        return x;
}

static void validation_reset(Validation *x) {
        g_array_set_size(x->tops, 0);
        g_ptr_array_set_size(x->traces, 0);
        g_clear_pointer(&x->catalog, catalog_free);
}

void validation_free(Validation *x) {
        if (!x)
                return;

        validation_reset(x);
        g_array_unref(x->tops);
        g_ptr_array_unref(x->traces);
        g_free(x);
}

static bool same_systemd(const Trace *a, const Trace *b) {
        if (!same_text(a->text, b->text) || !same_text(a->scenario, b->scenario) ||
            !same_text(a->systemd, b->systemd) || a->fixes->len != b->fixes->len)
                return false;
        for (guint i = 0; i < a->fixes->len; i++)
                if (!same_text(a->fixes->pdata[i], b->fixes->pdata[i]))
                        return false;
        return true;
}

static bool validate_in(Validation *x, const char *file, const Trace *t, char **ret_why, GError **error) {
        size_t n;
        const Property *all = properties(&n);
        int property = property_find(t->property);
        Profile profile;

        *ret_why = NULL;
        if (!trace_profile(file, t, x->loaded, &profile, error))
                return false;
        if (property < 0 || (all[property].compares_orders && !t->has_other)) {
                traces_set_error(error, TRACES_ERROR_SYNTAX, file, 0,
                                 "property '%s' is unknown; see 'coldplug properties'", t->property);
                return false;
        }
        if (!x->catalog)
                x->catalog = scenario_parse(t->scenario, t->text, strlen(t->text), NULL, error);
        if (!x->catalog)
                return false;

        for (unsigned descending = 0; descending < 2 && !*ret_why; descending++) {
                Validator v;

                validator_init(&v, x->catalog, &profile, all + property);
                v.shared = x;
                if (all[property].compares_orders)
                        validate_schedule(&v, t, descending);
                else
                        validate_run(&v, t, descending);
                if (t->has_other && !all[property].compares_orders && !v.why)
                        validate_other(&v, t, descending);
                *ret_why = g_steal_pointer(&v.why);
                validator_clear(&v);
        }
        return !*ret_why;
}

bool trace_validate(const char *file, const Trace *t, char **ret_why, GError **error) {
        return trace_validate_with(file, t, NULL, ret_why, error);
}

bool trace_validate_with(const char *file, const Trace *t, const GPtrArray *loaded, char **ret_why,
                         GError **error) {
        g_autoptr(Validation) x = validation_new(loaded);

        return validate_in(x, file, t, ret_why, error);
}

bool validation_check(Validation *x, const char *file, Trace *t, char **ret_why, GError **error) {
        if (x->traces->len > 0 && !same_systemd(x->traces->pdata[0], t))
                validation_reset(x);
        g_ptr_array_add(x->traces, t);
        return validate_in(x, file, t, ret_why, error);
}
