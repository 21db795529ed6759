/* SPDX-License-Identifier: MIT */
#pragma once

/* SipHash-2-4 (Aumasson and Bernstein 2012) with its 64-bit result: the keyed hash of systemd's tables. */

#include <stddef.h>
#include <stdint.h>

/* The 16 bytes of a key as two little-endian words. */
typedef struct SipKey {
        uint64_t words[2];
} SipKey;

uint64_t siphash24(const void *data, size_t size, const SipKey *key);
