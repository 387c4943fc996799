// libgpiod 1.6: a line belongs to its chip, which stays open while the line is used.
#pragma once

struct martlet_gpio_line {
    struct gpiod_chip *chip;
    struct gpiod_line *line;
};

static inline int martlet_gpio_chip(
    struct gpiod_chip *chip, struct martlet_gpio_chip_info *info) {
    martlet_gpio_copy_name(info->name, gpiod_chip_name(chip));
    martlet_gpio_copy_name(info->label, gpiod_chip_label(chip));
    info->line_count = gpiod_chip_num_lines(chip);
    return 0;
}

static inline int martlet_gpio_line_of(
    struct gpiod_chip *chip, unsigned int offset, struct martlet_gpio_line_info *info) {
    struct gpiod_line *line = gpiod_chip_get_line(chip, offset);
    if (!line) return martlet_gpio_failure();
    martlet_gpio_copy_name(info->name, gpiod_line_name(line));
    martlet_gpio_copy_name(info->consumer, gpiod_line_consumer(line));
    info->is_used = gpiod_line_is_used(line);
    info->is_output = gpiod_line_direction(line) == GPIOD_LINE_DIRECTION_OUTPUT;
    return 0;
}

static inline int martlet_gpio_request(
    const char *path, unsigned int offset, const char *consumer, int type, int flags, int value,
    struct martlet_gpio_line *line) {
    int code = martlet_gpio_open(path, &line->chip);
    if (code < 0) return code;
    line->line = gpiod_chip_get_line(line->chip, offset);
    struct gpiod_line_request_config config = {
        .consumer = consumer, .request_type = type, .flags = flags};
    if (line->line && gpiod_line_request(line->line, &config, value) == 0) return 0;
    code = martlet_gpio_failure();
    gpiod_chip_close(line->chip);
    return code;
}

static inline int martlet_gpio_request_output(
    const char *path, unsigned int offset, const char *consumer, bool active_low, bool active,
    struct martlet_gpio_line *line) {
    int flags = active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
    return martlet_gpio_request(
        path, offset, consumer, GPIOD_LINE_REQUEST_DIRECTION_OUTPUT, flags, active, line);
}

/// This API cannot ask the kernel to filter: `filter_us` is left to the caller.
static inline bool martlet_gpio_kernel_filters(void) {
    return false;
}

static inline int martlet_gpio_request_input(
    const char *path, unsigned int offset, const char *consumer, bool active_low,
    enum martlet_gpio_bias bias, unsigned int filter_us, struct martlet_gpio_line *line) {
    (void)filter_us;
    int flags = active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
    switch (bias) {
    case MARTLET_GPIO_BIAS_AS_IS: break;
    case MARTLET_GPIO_BIAS_NONE: flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE; break;
    case MARTLET_GPIO_BIAS_PULL_UP: flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP; break;
    case MARTLET_GPIO_BIAS_PULL_DOWN: flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN; break;
    }
    return martlet_gpio_request(
        path, offset, consumer, GPIOD_LINE_REQUEST_EVENT_BOTH_EDGES, flags, 0, line);
}

static inline void martlet_gpio_release(struct martlet_gpio_line line) {
    gpiod_line_release(line.line);
    gpiod_chip_close(line.chip);
}

/// 1 active, 0 not.
static inline int martlet_gpio_get(struct martlet_gpio_line line) {
    int value = gpiod_line_get_value(line.line);
    return value < 0 ? martlet_gpio_failure() : value;
}

static inline int martlet_gpio_set(struct martlet_gpio_line line, bool active) {
    return gpiod_line_set_value(line.line, active) < 0 ? martlet_gpio_failure() : 0;
}

static inline int martlet_gpio_descriptor(struct martlet_gpio_line line) {
    return gpiod_line_event_get_fd(line.line);
}

/// Takes at most `limit` (up to 16) waiting edges; 0 if there are none.
static inline int martlet_gpio_edges(
    struct martlet_gpio_line line, struct martlet_gpio_edge *edges, int limit) {
    struct gpiod_line_event events[16];
    struct timespec at_once = {0, 0};
    int waiting = gpiod_line_event_wait(line.line, &at_once);
    if (waiting <= 0) return waiting < 0 ? martlet_gpio_failure() : 0;
    int count = gpiod_line_event_read_multiple(line.line, events, limit < 16 ? limit : 16);
    if (count < 0) return martlet_gpio_failure();
    for (int index = 0; index < count; index++) {
        struct timespec at = events[index].ts;
        edges[index].nanoseconds = (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
        edges[index].is_active = events[index].event_type == GPIOD_LINE_EVENT_RISING_EDGE;
    }
    return count;
}
