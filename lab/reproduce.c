#include "lab/reproduce.h"
GString *reproduce_script(const Trace *t, const Schedule *s) { return g_string_new(s->text); }
