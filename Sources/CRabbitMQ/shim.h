#pragma once
// rabbitmq-c 0.12 moved its headers into a folder of their own; 0.11 (Debian 12) and earlier have them at the top.
#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#include <rabbitmq-c/ssl_socket.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#endif
#include <poll.h>
#include <sys/socket.h>

/// amqp_login_with_properties is variadic, which Swift cannot call.
static inline amqp_rpc_reply_t crabbitmq_login_plain(
    amqp_connection_state_t state, const char *virtual_host, int channel_max, int frame_max,
    int heartbeat_seconds, const amqp_table_t *client_properties, const char *user, const char *password) {
  return amqp_login_with_properties(state, virtual_host, channel_max, frame_max, heartbeat_seconds,
                                    client_properties, AMQP_SASL_METHOD_PLAIN, user, password);
}

// `struct timeval` comes to Swift from several modules at once, so times are handed over in milliseconds.

static inline struct timeval crabbitmq_timeval(int milliseconds) {
  struct timeval time = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
  return time;
}

static inline void crabbitmq_set_handshake_timeout(amqp_connection_state_t state, int milliseconds) {
  struct timeval timeout = crabbitmq_timeval(milliseconds);
  amqp_set_handshake_timeout(state, &timeout);
}

static inline int crabbitmq_open(amqp_socket_t *socket, const char *host, int port, int milliseconds) {
  struct timeval timeout = crabbitmq_timeval(milliseconds);
  return amqp_socket_open_noblock(socket, host, port, &timeout);
}

/// The next frame, or AMQP_STATUS_TIMEOUT at once if none is complete.
static inline int crabbitmq_next_frame(amqp_connection_state_t state, amqp_frame_t *frame) {
  struct timeval now = {0, 0};
  return amqp_simple_wait_frame_noblock(state, frame, &now);
}

/// Asks for a send buffer of `bytes`; the kernel may grant less.
static inline void crabbitmq_set_send_buffer(int descriptor, int bytes) {
  setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

/// Whether the send buffer has room now. True on an error or hang-up too: the next send reports it.
static inline int crabbitmq_can_send(int descriptor) {
  struct pollfd waiting = {.fd = descriptor, .events = POLLOUT};
  return poll(&waiting, 1, 0) != 0;
}
