// The part of libwebsockets that the WebSockets target uses: its headers, the macros that Swift
// cannot import, and the kernel's timer descriptors, which Swift's Glibc module lacks.
#pragma once
#include <libwebsockets.h>
#include <errno.h>
#include <openssl/err.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

// Room that lws_write needs before the payload, for the frame's header.
static const int cws_headroom_bytes = LWS_PRE;
// lws_set_timeout's "close at the next turn of the loop".
static const int cws_kill_soon = LWS_TO_KILL_ASYNC;
static const int cws_log_errors = LLL_ERR;
static const int cws_no_listen = CONTEXT_PORT_NO_LISTEN;
static const unsigned int cws_use_tls = LCCSCF_USE_SSL;
static const unsigned int cws_no_redirects = LCCSCF_HTTP_NO_FOLLOW_REDIRECT;
static const unsigned long long cws_init_tls = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
static const unsigned long long cws_no_ipv6 = LWS_SERVER_OPTION_DISABLE_IPV6;
static const unsigned long long cws_explicit_vhosts = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;

// The TLS context of all clients: libwebsockets' own choices, and no authority yet. If
// libwebsockets made it without an authority file, it would trust the authorities in the folder
// "../share", relative to where the program was started. For each connection libwebsockets asks
// OpenSSL to check the certificate and its name; tests verify that.
static inline SSL_CTX *cws_make_client_tls(void) {
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (!context) return NULL;
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    return context;
}

// The X509_V_ERR number for which the far end's certificate was refused; 0 if it was not, or if the
// connection is not encrypted.
static inline long cws_certificate_problem(struct lws *socket) {
    SSL *tls = lws_get_ssl(socket);
    return tls ? SSL_get_verify_result(tls) : X509_V_OK;
}

// Keeps the TLS of a connection that libwebsockets is about to close, and suppresses its closing
// message to the far end; NULL if the connection is not encrypted.
static inline SSL *cws_tls_keep(struct lws *socket) {
    SSL *tls = lws_get_ssl(socket);
    if (!tls || SSL_up_ref(tls) != 1) return NULL;
    SSL_set_quiet_shutdown(tls, 1);
    return tls;
}
// Continues it on another descriptor of the same connection.
static inline void cws_tls_move(SSL *tls, int descriptor) {
    SSL_set_shutdown(tls, 0);
    SSL_set_fd(tls, descriptor);
}
static inline void cws_tls_release(SSL *tls) { SSL_free(tls); }

// The result of cws_line_read when nothing has arrived yet.
static const int cws_line_again = -2;
// Reads available bytes of a connection, by TLS unless that is NULL; 0 or -1 at its end.
static inline int cws_line_read(SSL *tls, int descriptor, unsigned char *bytes, int room) {
    if (!tls) {
        ssize_t count = recv(descriptor, bytes, (size_t)room, MSG_DONTWAIT);
        if (count < 0) return errno == EAGAIN || errno == EINTR ? cws_line_again : -1;
        return (int)count;
    }
    ERR_clear_error();
    int count = SSL_read(tls, bytes, room);
    if (count > 0) return count;
    int reason = SSL_get_error(tls, count);
    return reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE ? cws_line_again : -1;
}

// The next expiry of a timer descriptor, in nanoseconds of CLOCK_MONOTONIC; 0 disarms it.
static inline int cws_arm_timer(int descriptor, long long nanoseconds) {
    struct itimerspec when = {
        .it_value = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000}};
    return timerfd_settime(descriptor, TFD_TIMER_ABSTIME, &when, 0);
}
// A timer descriptor, or the negative errno.
static inline int cws_make_timer(void) {
    int descriptor = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    return descriptor >= 0 ? descriptor : -errno;
}

// Swift cannot easily build the union that adoption takes by value.
static inline struct lws *cws_adopt_file(struct lws_vhost *vhost, int descriptor,
                                         const char *protocol, void *owner) {
    lws_adopt_desc_t info;
    memset(&info, 0, sizeof(info));
    info.vh = vhost;
    info.type = LWS_ADOPT_RAW_FILE_DESC;
    info.fd.filefd = descriptor;
    info.vh_prot_name = protocol;
    info.opaque = owner;
    return lws_adopt_descriptor_vhost_via_info(&info);
}
