#include "CScriptedCard.h"

#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <errno.h>
#include <stdlib.h>

enum { most_formats = 16, most_rates = 32 };

struct martlet_card {
    unsigned formats[most_formats], format_count;
    unsigned rates[most_rates], rate_count;
    unsigned rate_least, rate_most;
    unsigned channels_least, channels_most;
    unsigned period_least, period_most, periods_least, periods_most;
    unsigned buffer_least, buffer_most;
    unsigned *clock;
};

// One for each PCM, as ALSA requires.
struct stream {
    snd_pcm_ioplug_t plugin;
    martlet_card *card;
};

martlet_card *martlet_card_make(void) {
    martlet_card *card = calloc(1, sizeof *card);
    if (!card) abort();
    card->rate_least = 8000, card->rate_most = 192000;
    card->channels_least = 1, card->channels_most = 2;
    card->period_least = 64, card->period_most = 1 << 18;
    card->periods_least = 2, card->periods_most = 1024;
    card->buffer_least = 128, card->buffer_most = 1 << 19;
    return card;
}

void martlet_card_free(martlet_card *card) { free(card); }

bool martlet_card_add_format(martlet_card *card, const char *name) {
    snd_pcm_format_t format = snd_pcm_format_value(name);
    if (format == SND_PCM_FORMAT_UNKNOWN || card->format_count == most_formats) return false;
    card->formats[card->format_count++] = (unsigned)format;
    return true;
}

void martlet_card_add_rate(martlet_card *card, unsigned rate) {
    if (card->rate_count < most_rates) card->rates[card->rate_count++] = rate;
}

void martlet_card_set_rates(martlet_card *card, unsigned least, unsigned most) {
    card->rate_least = least, card->rate_most = most;
}

void martlet_card_set_channels(martlet_card *card, unsigned least, unsigned most) {
    card->channels_least = least, card->channels_most = most;
}

void martlet_card_set_periods(
    martlet_card *card, unsigned least_bytes, unsigned most_bytes, unsigned least, unsigned most) {
    card->period_least = least_bytes, card->period_most = most_bytes;
    card->periods_least = least, card->periods_most = most;
}

void martlet_card_set_buffer(martlet_card *card, unsigned least_bytes, unsigned most_bytes) {
    card->buffer_least = least_bytes, card->buffer_most = most_bytes;
}

void martlet_card_share_clock(martlet_card *card, unsigned *rate) { card->clock = rate; }

static int start(snd_pcm_ioplug_t *plugin) { return (void)plugin, 0; }
static int stop(snd_pcm_ioplug_t *plugin) { return (void)plugin, 0; }
static snd_pcm_sframes_t pointer(snd_pcm_ioplug_t *plugin) { return (void)plugin, 0; }

static int settle(snd_pcm_ioplug_t *plugin, snd_pcm_hw_params_t *parameters) {
    martlet_card *card = ((struct stream *)plugin->private_data)->card;
    unsigned rate = 0;
    int code = snd_pcm_hw_params_get_rate(parameters, &rate, NULL);
    if (code < 0 || !card->clock) return code;
    if (*card->clock == 0) *card->clock = rate;
    if (*card->clock == rate) return 0;
    SNDERR("the clock runs at %u Hz", *card->clock);
    return -EINVAL;
}

static int end(snd_pcm_ioplug_t *plugin) {
    free(plugin->private_data);
    return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .start = start, .stop = stop, .pointer = pointer, .hw_params = settle, .close = end};

static int limit(struct stream *stream) {
    const martlet_card *card = stream->card;
    snd_pcm_ioplug_t *plugin = &stream->plugin;
    unsigned access = SND_PCM_ACCESS_RW_INTERLEAVED;
    int code = snd_pcm_ioplug_set_param_list(plugin, SND_PCM_IOPLUG_HW_ACCESS, 1, &access);
    if (code == 0) {
        code = snd_pcm_ioplug_set_param_list(
            plugin, SND_PCM_IOPLUG_HW_FORMAT, card->format_count, card->formats);
    }
    if (code == 0) {
        code = card->rate_count > 0
                   ? snd_pcm_ioplug_set_param_list(
                         plugin, SND_PCM_IOPLUG_HW_RATE, card->rate_count, card->rates)
                   : snd_pcm_ioplug_set_param_minmax(
                         plugin, SND_PCM_IOPLUG_HW_RATE, card->rate_least, card->rate_most);
    }
    if (code == 0) {
        code = snd_pcm_ioplug_set_param_minmax(
            plugin, SND_PCM_IOPLUG_HW_CHANNELS, card->channels_least, card->channels_most);
    }
    if (code == 0) {
        code = snd_pcm_ioplug_set_param_minmax(
            plugin, SND_PCM_IOPLUG_HW_PERIOD_BYTES, card->period_least, card->period_most);
    }
    if (code == 0) {
        code = snd_pcm_ioplug_set_param_minmax(
            plugin, SND_PCM_IOPLUG_HW_PERIODS, card->periods_least, card->periods_most);
    }
    if (code == 0) {
        code = snd_pcm_ioplug_set_param_minmax(
            plugin, SND_PCM_IOPLUG_HW_BUFFER_BYTES, card->buffer_least, card->buffer_most);
    }
    return code;
}

void *martlet_card_open(martlet_card *card, bool is_capture) {
    struct stream *stream = calloc(1, sizeof *stream);
    if (!stream) abort();
    stream->card = card;
    stream->plugin.version = SND_PCM_IOPLUG_VERSION;
    stream->plugin.name = "a card that is scripted";
    stream->plugin.callback = &callbacks;
    stream->plugin.private_data = stream;
    stream->plugin.poll_fd = -1;
    snd_pcm_stream_t way = is_capture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK;
    if (snd_pcm_ioplug_create(&stream->plugin, "scripted", way, SND_PCM_NONBLOCK) < 0) {
        free(stream);
        return NULL;
    }
    if (limit(stream) < 0) {
        snd_pcm_ioplug_delete(&stream->plugin);
        return NULL;
    }
    return stream->plugin.pcm;
}
