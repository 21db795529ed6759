/* SPDX-License-Identifier: MIT */
#pragma once

/* basic/extract-word.c, 252-262, as far as unit files need it: words are separated by white space. */

#define WHITESPACE " \t\n\r"

/* clang-format off */
typedef enum ExtractFlags {
        EXTRACT_UNQUOTE        = 1 << 0, /* quotes join words and are dropped */
        EXTRACT_CUNESCAPE      = 1 << 1, /* C's escape sequences */
        EXTRACT_UNESCAPE_RELAX = 1 << 2, /* what is no escape sequence stays as it is */
        EXTRACT_RETAIN_ESCAPE  = 1 << 3, /* a backslash is a character like others */
} ExtractFlags;
/* clang-format on */

/* The next word of *p, which is moved behind it (NULL: at the end). 1: *ret is the word, to be freed with g_free();
 * 0: there is none; -EINVAL: unbalanced quotes or a bad escape sequence. */
int extract_first_word(const char **p, ExtractFlags flags, char **ret);

/* extract_first_word_and_warn(): tries again without minding bad escape sequences. 2: a word that has some. */
int extract_first_word_relaxed(const char **p, ExtractFlags flags, char **ret);
