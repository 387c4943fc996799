// libgpiod 2.x: a request does not need its chip, which is closed at once.
#pragma once

struct martlet_gpio_line {
    struct gpiod_line_request *request;
    struct gpiod_edge_event_buffer *events;
    unsigned int offset;
};

static inline int martlet_gpio_chip(
    struct gpiod_chip *chip, struct martlet_gpio_chip_info *info) {
    struct gpiod_chip_info *found = gpiod_chip_get_info(chip);
    if (!found) return martlet_gpio_failure();
    martlet_gpio_copy_name(info->name, gpiod_chip_info_get_name(found));
    martlet_gpio_copy_name(info->label, gpiod_chip_info_get_label(found));
    info->line_count = (unsigned int)gpiod_chip_info_get_num_lines(found);
    gpiod_chip_info_free(found);
    return 0;
}

static inline int martlet_gpio_line_of(
    struct gpiod_chip *chip, unsigned int offset, struct martlet_gpio_line_info *info) {
    struct gpiod_line_info *found = gpiod_chip_get_line_info(chip, offset);
    if (!found) return martlet_gpio_failure();
    martlet_gpio_copy_name(info->name, gpiod_line_info_get_name(found));
    martlet_gpio_copy_name(info->consumer, gpiod_line_info_get_consumer(found));
    info->is_used = gpiod_line_info_is_used(found);
    info->is_output = gpiod_line_info_get_direction(found) == GPIOD_LINE_DIRECTION_OUTPUT;
    gpiod_line_info_free(found);
    return 0;
}

/// Requests a line and frees `settings`, which may be NULL if memory ran out.
static inline int martlet_gpio_request(
    const char *path, unsigned int offset, const char *consumer,
    struct gpiod_line_settings *settings, struct martlet_gpio_line *line) {
    struct gpiod_chip *chip = NULL;
    struct gpiod_request_config *request = gpiod_request_config_new();
    struct gpiod_line_config *config = gpiod_line_config_new();
    int code = settings && request && config ? martlet_gpio_open(path, &chip) : -ENOMEM;
    line->request = NULL;
    line->offset = offset;
    line->events = NULL;
    if (code == 0) {
        gpiod_request_config_set_consumer(request, consumer);
        code = gpiod_line_config_add_line_settings(config, &offset, 1, settings);
        if (code == 0) line->request = gpiod_chip_request_lines(chip, request, config);
        if (line->request) line->events = gpiod_edge_event_buffer_new(16);
        code = line->events ? 0 : martlet_gpio_failure();
        if (code < 0 && line->request) gpiod_line_request_release(line->request);
        gpiod_chip_close(chip);
    }
    gpiod_line_config_free(config);
    gpiod_request_config_free(request);
    gpiod_line_settings_free(settings);
    return code;
}

static inline int martlet_gpio_request_output(
    const char *path, unsigned int offset, const char *consumer, bool active_low, bool active,
    struct martlet_gpio_line *line) {
    struct gpiod_line_settings *settings = gpiod_line_settings_new();
    if (settings) {
        gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_OUTPUT);
        gpiod_line_settings_set_active_low(settings, active_low);
        gpiod_line_settings_set_output_value(
            settings, active ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE);
    }
    return martlet_gpio_request(path, offset, consumer, settings, line);
}

/// The kernel reports a level only when it has lasted for `filter_us`; the timestamp is the end of
/// that time.
static inline bool martlet_gpio_kernel_filters(void) {
    return true;
}

static inline int martlet_gpio_request_input(
    const char *path, unsigned int offset, const char *consumer, bool active_low,
    enum martlet_gpio_bias bias, unsigned int filter_us, struct martlet_gpio_line *line) {
    static const enum gpiod_line_bias biases[] = {
        [MARTLET_GPIO_BIAS_AS_IS] = GPIOD_LINE_BIAS_AS_IS,
        [MARTLET_GPIO_BIAS_NONE] = GPIOD_LINE_BIAS_DISABLED,
        [MARTLET_GPIO_BIAS_PULL_UP] = GPIOD_LINE_BIAS_PULL_UP,
        [MARTLET_GPIO_BIAS_PULL_DOWN] = GPIOD_LINE_BIAS_PULL_DOWN,
    };
    struct gpiod_line_settings *settings = gpiod_line_settings_new();
    if (settings) {
        gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_INPUT);
        gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_BOTH);
        gpiod_line_settings_set_active_low(settings, active_low);
        gpiod_line_settings_set_bias(settings, biases[bias]);
        gpiod_line_settings_set_debounce_period_us(settings, filter_us);
    }
    return martlet_gpio_request(path, offset, consumer, settings, line);
}

static inline void martlet_gpio_release(struct martlet_gpio_line line) {
    gpiod_edge_event_buffer_free(line.events);
    gpiod_line_request_release(line.request);
}

/// 1 active, 0 not.
static inline int martlet_gpio_get(struct martlet_gpio_line line) {
    enum gpiod_line_value value = gpiod_line_request_get_value(line.request, line.offset);
    return value == GPIOD_LINE_VALUE_ERROR ? martlet_gpio_failure()
                                           : value == GPIOD_LINE_VALUE_ACTIVE;
}

static inline int martlet_gpio_set(struct martlet_gpio_line line, bool active) {
    enum gpiod_line_value value = active ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE;
    int code = gpiod_line_request_set_value(line.request, line.offset, value);
    return code < 0 ? martlet_gpio_failure() : 0;
}

static inline int martlet_gpio_descriptor(struct martlet_gpio_line line) {
    return gpiod_line_request_get_fd(line.request);
}

/// Takes at most `limit` (up to 16) waiting edges; 0 if there are none.
static inline int martlet_gpio_edges(
    struct martlet_gpio_line line, struct martlet_gpio_edge *edges, int limit) {
    int waiting = gpiod_line_request_wait_edge_events(line.request, 0);
    if (waiting <= 0) return waiting < 0 ? martlet_gpio_failure() : 0;
    int count = gpiod_line_request_read_edge_events(
        line.request, line.events, (size_t)(limit < 16 ? limit : 16));
    if (count < 0) return martlet_gpio_failure();
    for (int index = 0; index < count; index++) {
        struct gpiod_edge_event *event =
            gpiod_edge_event_buffer_get_event(line.events, (unsigned long)index);
        edges[index].nanoseconds = (int64_t)gpiod_edge_event_get_timestamp_ns(event);
        edges[index].is_active =
            gpiod_edge_event_get_event_type(event) == GPIOD_EDGE_EVENT_RISING_EDGE;
    }
    return count;
}
