#pragma once
// Only what Swift cannot import: the variadic setters and getters, by argument type.
#define CURL_DISABLE_TYPECHECK
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

/// Overwrites a text with zeros; the compiler may not leave it out.
static inline void ccurl_wipe(char *text) {
    for (volatile char *byte = text; *byte; byte++) *byte = 0;
}

static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

/// libcurl copies the text, except for CURLOPT_POSTFIELDS.
static inline CURLcode ccurl_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_write_callback(CURL *easy, CURLoption option, curl_write_callback value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_read_callback(CURL *easy, curl_read_callback value) {
    return curl_easy_setopt(easy, CURLOPT_READFUNCTION, value);
}

static inline CURLcode ccurl_set_progress_callback(CURL *easy, curl_xferinfo_callback value) {
    return curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, value);
}

static inline CURLcode ccurl_set_prereq_callback(CURL *easy, curl_prereq_callback value) {
    return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, value);
}

static inline CURLcode ccurl_set_open_socket_callback(CURL *easy, curl_opensocket_callback value) {
    return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, value);
}

static inline CURLcode ccurl_get_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

/// Writes the numeric IP address, an IPv4-mapped IPv6 address as the IPv4 one it stands for.
/// Returns 0 for an address family that is neither.
static inline int ccurl_numeric_address(const struct curl_sockaddr *address, char *text, size_t size) {
    // `addr` is declared shorter than what libcurl stores there.
    const void *bytes = &address->addr;
    if (address->family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)bytes;
        return inet_ntop(AF_INET, &v4->sin_addr, text, (socklen_t)size) != NULL;
    }
    if (address->family != AF_INET6) return 0;
    const struct in6_addr *v6 = &((const struct sockaddr_in6 *)bytes)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(v6)) {
        return inet_ntop(AF_INET, &v6->s6_addr[12], text, (socklen_t)size) != NULL;
    }
    return inet_ntop(AF_INET6, v6, text, (socklen_t)size) != NULL;
}

/// Opens the socket libcurl asked for; a child process does not inherit it.
static inline curl_socket_t ccurl_open_socket(const struct curl_sockaddr *address) {
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}
