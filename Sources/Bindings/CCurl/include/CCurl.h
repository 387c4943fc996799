// The part of libcurl that the Curl target uses: its types and constants, and plain functions in
// place of its variadic ones.
//
// The library is loaded by `ccurl_load` and not with the program: with its dependencies it takes 4
// MB of memory, which a device that sends no HTTP requests does not need.
#pragma once
#include <stdbool.h>
// The type-checking macros wrap the variadic calls; the functions below have types instead.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

typedef size_t (*ccurl_receiver)(char *bytes, size_t size, size_t count, void *owner);
typedef curl_socket_t (*ccurl_opener)(void *owner, curlsocktype purpose,
                                      struct curl_sockaddr *address);

// Loads and initializes libcurl, once; NULL, or the error. Required before every other function.
const char *ccurl_load(void);

CURL *ccurl_easy_init(void);
void ccurl_easy_cleanup(CURL *easy);
CURLcode ccurl_easy_pause(CURL *easy, int directions);
const char *ccurl_easy_strerror(CURLcode code);
CURLcode ccurl_set_number(CURL *easy, CURLoption option, long value);
CURLcode ccurl_set_offset(CURL *easy, CURLoption option, curl_off_t value);
CURLcode ccurl_set_text(CURL *easy, CURLoption option, const char *value);
CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value);
CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *value);
CURLcode ccurl_set_receiver(CURL *easy, CURLoption option, ccurl_receiver value);
CURLcode ccurl_set_opener(CURL *easy, ccurl_opener value);

struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *text);
void ccurl_slist_free_all(struct curl_slist *list);

CURLM *ccurl_multi_init(void);
void ccurl_multi_cleanup(CURLM *multi);
CURLMcode ccurl_multi_add_handle(CURLM *multi, CURL *easy);
CURLMcode ccurl_multi_remove_handle(CURLM *multi, CURL *easy);
CURLMcode ccurl_multi_perform(CURLM *multi, int *running);
CURLMcode ccurl_multi_poll(CURLM *multi, int milliseconds);
// From any thread.
CURLMcode ccurl_multi_wakeup(CURLM *multi);
CURLMcode ccurl_limit_cached_connections(CURLM *multi, long count);
// The next transfer that has ended; NULL when there is none.
CURL *ccurl_next_ended(CURLM *multi, CURLcode *result);

static const size_t ccurl_pause = CURL_WRITEFUNC_PAUSE;
static const curl_socket_t ccurl_no_socket = CURL_SOCKET_BAD;
static const int ccurl_resume = CURLPAUSE_CONT;
static const size_t ccurl_error_bytes = CURL_ERROR_SIZE;
