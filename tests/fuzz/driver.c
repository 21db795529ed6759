/* SPDX-License-Identifier: MIT */

/* Runs a fuzz target over the files of a folder, so that the corpus is an ordinary test with any compiler. */

#include <glib.h>
#include <stdint.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv) {
        unsigned n = 0;

        for (int i = 1; i < argc; i++) {
                g_autoptr(GDir) dir = g_dir_open(argv[i], 0, NULL);
                const char *name;

                while (dir && (name = g_dir_read_name(dir))) {
                        g_autofree char *path = g_build_filename(argv[i], name, NULL), *text = NULL;
                        gsize size;

                        if (!g_file_get_contents(path, &text, &size, NULL))
                                continue;
                        LLVMFuzzerTestOneInput((const uint8_t *) text, size);
                        n++;
                }
        }
        printf("%u inputs\n", n);
        return n == 0;
}
