// The part of libmosquitto that the Mosquitto target uses: its types, constants and functions.
//
// The library is loaded by `cmosquitto_load` and not with the program: a device without a broker
// pays nothing for it.
#pragma once
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <stdbool.h>

// Loads and initializes libmosquitto, once; NULL, or the error. Required before every other
// function.
const char *cmosquitto_load(void);

struct mosquitto *cmosquitto_new(const char *id, bool clean_session, void *owner);
void cmosquitto_destroy(struct mosquitto *client);
// The protocol version: MQTT_PROTOCOL_V5 or MQTT_PROTOCOL_V311.
int cmosquitto_set_version(struct mosquitto *client, int version);
int cmosquitto_set_login(struct mosquitto *client, const char *user, const char *password);
int cmosquitto_set_will(
    struct mosquitto *client, const char *topic, int bytes, const void *payload, int qos, bool retain);
// Either `file` or `folder` holds the authorities; `certificate` and `key` go together. An
// encrypted key is refused; the library would ask for the passphrase at a terminal.
int cmosquitto_set_tls(
    struct mosquitto *client, const char *file, const char *folder, const char *certificate,
    const char *key);

typedef void (*cmosquitto_on_connect)(
    struct mosquitto *, void *owner, int reason, int flags, const mosquitto_property *);
typedef void (*cmosquitto_on_disconnect)(
    struct mosquitto *, void *owner, int reason, const mosquitto_property *);
typedef void (*cmosquitto_on_publish)(
    struct mosquitto *, void *owner, int mid, int reason, const mosquitto_property *);
typedef void (*cmosquitto_on_subscribe)(
    struct mosquitto *, void *owner, int mid, int count, const int *granted,
    const mosquitto_property *);
typedef void (*cmosquitto_on_message)(
    struct mosquitto *, void *owner, const struct mosquitto_message *, const mosquitto_property *);
typedef void (*cmosquitto_on_log)(struct mosquitto *, void *owner, int level, const char *text);

void cmosquitto_set_callbacks(
    struct mosquitto *client, cmosquitto_on_connect connected,
    cmosquitto_on_disconnect disconnected, cmosquitto_on_publish published,
    cmosquitto_on_subscribe subscribed, cmosquitto_on_message received, cmosquitto_on_log logged);

// Resolves, connects and greets; blocks until the line is up. With version 5 the broker is asked to
// send no message longer than `longest_packet`.
int cmosquitto_connect(
    struct mosquitto *client, const char *host, int port, int keep_alive_seconds, int version,
    unsigned longest_packet);
int cmosquitto_disconnect(struct mosquitto *client);
int cmosquitto_publish(
    struct mosquitto *client, int *mid, const char *topic, int bytes, const void *payload, int qos,
    bool retain);
int cmosquitto_subscribe(
    struct mosquitto *client, int *mid, const char *filter, int qos, int options);
int cmosquitto_unsubscribe(struct mosquitto *client, const char *filter);
int cmosquitto_socket(struct mosquitto *client);
bool cmosquitto_want_write(struct mosquitto *client);
int cmosquitto_read(struct mosquitto *client);
int cmosquitto_write(struct mosquitto *client);
int cmosquitto_misc(struct mosquitto *client);
const char *cmosquitto_error_text(int error);
// The text of a reason code of CONNACK, PUBACK, SUBACK or DISCONNECT in its protocol version.
const char *cmosquitto_reason_text(int reason, int version);

// Blocks SIGPIPE on the calling thread, so that a broken connection does not end the program.
void cmosquitto_ignore_broken_pipe(void);
// Waits for a wake-up or for the socket; a negative socket is not watched.
enum { cmosquitto_woken = 1, cmosquitto_readable = 2, cmosquitto_writable = 4 };
int cmosquitto_wait(int wake, int socket, bool writes, int milliseconds);
