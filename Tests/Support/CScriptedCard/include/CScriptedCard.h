// A sound card that exists only in alsa-lib: its capabilities are those of a driver, and alsa-lib
// itself narrows them, as it does for a real card.
#pragma once

#include <stdbool.h>

/// The capabilities of a card. Lists end with their count; sizes are bytes.
typedef struct martlet_card martlet_card;

martlet_card *martlet_card_make(void);
void martlet_card_free(martlet_card *card);

/// Formats by the names of ALSA's tools ("S16_LE"); false for an unknown one.
bool martlet_card_add_format(martlet_card *card, const char *name);
/// Another rate (Hz), or, without any, every rate in a range.
void martlet_card_add_rate(martlet_card *card, unsigned rate);
void martlet_card_set_rates(martlet_card *card, unsigned least, unsigned most);
void martlet_card_set_channels(martlet_card *card, unsigned least, unsigned most);
void martlet_card_set_periods(
    martlet_card *card, unsigned least_bytes, unsigned most_bytes, unsigned least, unsigned most);
void martlet_card_set_buffer(martlet_card *card, unsigned least_bytes, unsigned most_bytes);
/// The rate that its clock has because another stream runs; every other rate is refused in the end,
/// though it looked possible. 0: none yet; the first stream sets it.
void martlet_card_share_clock(martlet_card *card, unsigned *rate);

/// A PCM of it, closed by snd_pcm_close; NULL when alsa-lib fails. The card must outlive it.
void *martlet_card_open(martlet_card *card, bool is_capture);
