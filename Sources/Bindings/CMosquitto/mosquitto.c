#define _GNU_SOURCE
#include "CMosquitto.h"

#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>

// The soname of the ABI that Debian 12 and 13 share.
static const char library[] = "libmosquitto.so.1";

#define EACH_FUNCTION(do)                                                                          \
    do(lib_init) do(new) do(destroy) do(int_option) do(username_pw_set) do(will_set) do(tls_set)   \
    do(connect_v5_callback_set) do(disconnect_v5_callback_set) do(publish_v5_callback_set)         \
    do(subscribe_v5_callback_set) do(message_v5_callback_set) do(log_callback_set)                 \
    do(connect_bind_v5) do(disconnect) do(publish_v5) do(subscribe_v5) do(unsubscribe)             \
    do(socket) do(want_write) do(loop_read) do(loop_write) do(loop_misc) do(strerror)              \
    do(reason_string) do(connack_string) do(property_add_int32) do(property_free_all)

#define DECLARE(name) __typeof__(mosquitto_##name) *name;
static struct { EACH_FUNCTION(DECLARE) } mosquitto;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *fault;

static void load(void) {
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        fault = "libmosquitto is missing; install libmosquitto1";
        return;
    }
#define FIND(name)                                                                                 \
    if ((mosquitto.name = (__typeof__(mosquitto.name))dlsym(handle, "mosquitto_" #name)) == NULL) { \
        fault = "libmosquitto lacks mosquitto_" #name "; install 2.0 or newer";                    \
        return;                                                                                    \
    }
    EACH_FUNCTION(FIND)
    if (mosquitto.lib_init() != MOSQ_ERR_SUCCESS) fault = "libmosquitto cannot be initialized";
}

const char *cmosquitto_load(void) {
    pthread_once(&once, load);
    return fault;
}

struct mosquitto *cmosquitto_new(const char *id, bool clean_session, void *owner) {
    return mosquitto.new(id, clean_session, owner);
}
void cmosquitto_destroy(struct mosquitto *client) { mosquitto.destroy(client); }
int cmosquitto_set_version(struct mosquitto *client, int version) {
    return mosquitto.int_option(client, MOSQ_OPT_PROTOCOL_VERSION, version);
}
int cmosquitto_set_login(struct mosquitto *client, const char *user, const char *password) {
    return mosquitto.username_pw_set(client, user, password);
}
int cmosquitto_set_will(
    struct mosquitto *client, const char *topic, int bytes, const void *payload, int qos,
    bool retain) {
    return mosquitto.will_set(client, topic, bytes, payload, qos, retain);
}

static int no_pass_phrase(char *buffer, int size, int for_writing, void *context) {
    (void)buffer, (void)size, (void)for_writing, (void)context;
    return 0;
}
int cmosquitto_set_tls(
    struct mosquitto *client, const char *file, const char *folder, const char *certificate,
    const char *key) {
    return mosquitto.tls_set(client, file, folder, certificate, key, no_pass_phrase);
}

void cmosquitto_set_callbacks(
    struct mosquitto *client, cmosquitto_on_connect connected,
    cmosquitto_on_disconnect disconnected, cmosquitto_on_publish published,
    cmosquitto_on_subscribe subscribed, cmosquitto_on_message received, cmosquitto_on_log logged) {
    mosquitto.connect_v5_callback_set(client, connected);
    mosquitto.disconnect_v5_callback_set(client, disconnected);
    mosquitto.publish_v5_callback_set(client, published);
    mosquitto.subscribe_v5_callback_set(client, subscribed);
    mosquitto.message_v5_callback_set(client, received);
    mosquitto.log_callback_set(client, logged);
}

int cmosquitto_connect(
    struct mosquitto *client, const char *host, int port, int keep_alive_seconds, int version,
    unsigned longest_packet) {
    mosquitto_property *properties = NULL;
    if (version == MQTT_PROTOCOL_V5) {
        int error = mosquitto.property_add_int32(
            &properties, MQTT_PROP_MAXIMUM_PACKET_SIZE, longest_packet);
        if (error != MOSQ_ERR_SUCCESS) return error;
    }
    int result =
        mosquitto.connect_bind_v5(client, host, port, keep_alive_seconds, NULL, properties);
    mosquitto.property_free_all(&properties);
    return result;
}
int cmosquitto_disconnect(struct mosquitto *client) { return mosquitto.disconnect(client); }
int cmosquitto_publish(
    struct mosquitto *client, int *mid, const char *topic, int bytes, const void *payload, int qos,
    bool retain) {
    return mosquitto.publish_v5(client, mid, topic, bytes, payload, qos, retain, NULL);
}
int cmosquitto_subscribe(
    struct mosquitto *client, int *mid, const char *filter, int qos, int options) {
    return mosquitto.subscribe_v5(client, mid, filter, qos, options, NULL);
}
int cmosquitto_unsubscribe(struct mosquitto *client, const char *filter) {
    return mosquitto.unsubscribe(client, NULL, filter);
}
int cmosquitto_socket(struct mosquitto *client) { return mosquitto.socket(client); }
bool cmosquitto_want_write(struct mosquitto *client) { return mosquitto.want_write(client); }
int cmosquitto_read(struct mosquitto *client) { return mosquitto.loop_read(client, 1); }
int cmosquitto_write(struct mosquitto *client) { return mosquitto.loop_write(client, 1); }
int cmosquitto_misc(struct mosquitto *client) { return mosquitto.loop_misc(client); }
const char *cmosquitto_error_text(int error) { return mosquitto.strerror(error); }
const char *cmosquitto_reason_text(int reason, int version) {
    return version == MQTT_PROTOCOL_V5 ? mosquitto.reason_string(reason)
                                       : mosquitto.connack_string(reason);
}

void cmosquitto_ignore_broken_pipe(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

int cmosquitto_wait(int wake, int socket, bool writes, int milliseconds) {
    struct pollfd watched[2] = {
        {.fd = wake, .events = POLLIN},
        {.fd = socket, .events = (short)(writes ? POLLIN | POLLOUT : POLLIN)},
    };
    if (poll(watched, 2, milliseconds) <= 0) return 0;
    int result = watched[0].revents ? cmosquitto_woken : 0;
    if (watched[1].revents & (POLLIN | POLLHUP | POLLERR)) result |= cmosquitto_readable;
    if (watched[1].revents & POLLOUT) result |= cmosquitto_writable;
    return result;
}
