// One small API over libgpiod 1.6 (Debian 12) and 2.x (Debian 13), whose own APIs have nothing in
// common. All functions return 0 or a count, or a negative errno value.
#pragma once

#include <errno.h>
#include <gpiod.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

// The kernel's limit for a chip's, a line's and a consumer's name, with the ending zero.
#define MARTLET_GPIO_NAME_BYTES 32

enum martlet_gpio_bias {
    MARTLET_GPIO_BIAS_AS_IS,
    MARTLET_GPIO_BIAS_NONE,
    MARTLET_GPIO_BIAS_PULL_UP,
    MARTLET_GPIO_BIAS_PULL_DOWN,
};

struct martlet_gpio_chip_info {
    char name[MARTLET_GPIO_NAME_BYTES];
    char label[MARTLET_GPIO_NAME_BYTES];
    unsigned int line_count;
};

struct martlet_gpio_line_info {
    char name[MARTLET_GPIO_NAME_BYTES];
    char consumer[MARTLET_GPIO_NAME_BYTES];
    bool is_used;
    bool is_output;
};

struct martlet_gpio_edge {
    int64_t nanoseconds; // CLOCK_MONOTONIC
    bool is_active;
};

static inline void martlet_gpio_copy_name(char *target, const char *name) {
    snprintf(target, MARTLET_GPIO_NAME_BYTES, "%s", name ? name : "");
}

/// The errno value of a call that has just failed, negative; never 0.
static inline int martlet_gpio_failure(void) {
    return errno > 0 ? -errno : -EIO;
}

static inline int martlet_gpio_open(const char *path, struct gpiod_chip **chip) {
    *chip = gpiod_chip_open(path);
    return *chip ? 0 : martlet_gpio_failure();
}

// This macro exists in the first API only, and neither header has a version.
#ifdef GPIOD_LINE_BULK_MAX_LINES
#include "line_v1.h"
#else
#include "line_v2.h"
#endif
