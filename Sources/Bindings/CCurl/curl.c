#define _GNU_SOURCE
#include "CCurl.h"

#include <dlfcn.h>
#include <pthread.h>

// The soname of the ABI that Debian 12 and 13 share.
static const char library[] = "libcurl.so.4";

#define EACH_FUNCTION(do)                                                                          \
    do(global_init) do(easy_init) do(easy_cleanup) do(easy_pause) do(easy_strerror)                \
    do(easy_setopt) do(slist_append) do(slist_free_all) do(multi_init) do(multi_cleanup)           \
    do(multi_add_handle) do(multi_remove_handle) do(multi_perform) do(multi_poll)                  \
    do(multi_wakeup) do(multi_setopt) do(multi_info_read)

#define DECLARE(name) __typeof__(curl_##name) *name;
static struct { EACH_FUNCTION(DECLARE) } curl;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *fault;

static void load(void) {
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        fault = "libcurl is missing; install libcurl4 (Debian 13: libcurl4t64)";
        return;
    }
#define FIND(name)                                                                                 \
    if ((curl.name = (__typeof__(curl.name))dlsym(handle, "curl_" #name)) == NULL) {               \
        fault = "libcurl lacks curl_" #name "; install a newer one";                               \
        return;                                                                                    \
    }
    EACH_FUNCTION(FIND)
    if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) fault = "libcurl cannot be initialized";
}

const char *ccurl_load(void) {
    pthread_once(&once, load);
    return fault;
}

CURL *ccurl_easy_init(void) { return curl.easy_init(); }
void ccurl_easy_cleanup(CURL *easy) { curl.easy_cleanup(easy); }
CURLcode ccurl_easy_pause(CURL *easy, int directions) { return curl.easy_pause(easy, directions); }
const char *ccurl_easy_strerror(CURLcode code) { return curl.easy_strerror(code); }

CURLcode ccurl_set_number(CURL *easy, CURLoption option, long value) {
    return curl.easy_setopt(easy, option, value);
}
CURLcode ccurl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl.easy_setopt(easy, option, value);
}
CURLcode ccurl_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl.easy_setopt(easy, option, value);
}
CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl.easy_setopt(easy, option, value);
}
CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl.easy_setopt(easy, option, value);
}
CURLcode ccurl_set_receiver(CURL *easy, CURLoption option, ccurl_receiver value) {
    return curl.easy_setopt(easy, option, value);
}
CURLcode ccurl_set_opener(CURL *easy, ccurl_opener value) {
    return curl.easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, value);
}

struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *text) {
    return curl.slist_append(list, text);
}
void ccurl_slist_free_all(struct curl_slist *list) { curl.slist_free_all(list); }

CURLM *ccurl_multi_init(void) { return curl.multi_init(); }
void ccurl_multi_cleanup(CURLM *multi) { curl.multi_cleanup(multi); }
CURLMcode ccurl_multi_add_handle(CURLM *multi, CURL *easy) {
    return curl.multi_add_handle(multi, easy);
}
CURLMcode ccurl_multi_remove_handle(CURLM *multi, CURL *easy) {
    return curl.multi_remove_handle(multi, easy);
}
CURLMcode ccurl_multi_perform(CURLM *multi, int *running) {
    return curl.multi_perform(multi, running);
}
CURLMcode ccurl_multi_poll(CURLM *multi, int milliseconds) {
    return curl.multi_poll(multi, NULL, 0, milliseconds, NULL);
}
CURLMcode ccurl_multi_wakeup(CURLM *multi) { return curl.multi_wakeup(multi); }
CURLMcode ccurl_limit_cached_connections(CURLM *multi, long count) {
    return curl.multi_setopt(multi, CURLMOPT_MAXCONNECTS, count);
}

CURL *ccurl_next_ended(CURLM *multi, CURLcode *result) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl.multi_info_read(multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            *result = message->data.result;
            return message->easy_handle;
        }
    }
    return NULL;
}
