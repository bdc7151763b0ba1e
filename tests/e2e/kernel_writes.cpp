// For cache_lines_test.py: a library to preload that writes once more, octet for octet, what the kernel has written
// into a worker's memory, so that a tool which follows the program's own instructions sees those writes too.
#include <dlfcn.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>

namespace {

template <class Function>
Function* next(const char* name) noexcept {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

void write_again(void* begin, std::size_t octets) noexcept {
  auto* at = static_cast<volatile unsigned char*>(begin);
  for (std::size_t i = 0; i < octets; ++i) at[i] = at[i];
}

void write_again(msghdr& message, std::size_t received) noexcept {
  write_again(&message, sizeof message);
  write_again(message.msg_name, message.msg_name == nullptr ? 0 : message.msg_namelen);
  write_again(message.msg_control, message.msg_control == nullptr ? 0 : message.msg_controllen);
  for (std::size_t i = 0; i < message.msg_iovlen; ++i) {
    const auto here = std::min(received, message.msg_iov[i].iov_len);
    write_again(message.msg_iov[i].iov_base, here);
    received -= here;
  }
}

}  // namespace

extern "C" {

int recvmmsg(int descriptor, mmsghdr* messages, unsigned count, int flags, timespec* timeout) {
  static const auto real = next<int(int, mmsghdr*, unsigned, int, timespec*)>("recvmmsg");
  const int got = real(descriptor, messages, count, flags, timeout);
  for (int i = 0; i < got; ++i) {
    write_again(&messages[i].msg_len, sizeof messages[i].msg_len);
    write_again(messages[i].msg_hdr, messages[i].msg_len);
  }
  return got;
}

int sendmmsg(int descriptor, mmsghdr* messages, unsigned count, int flags) {
  static const auto real = next<int(int, mmsghdr*, unsigned, int)>("sendmmsg");
  const int sent = real(descriptor, messages, count, flags);
  for (int i = 0; i < sent; ++i) write_again(&messages[i].msg_len, sizeof messages[i].msg_len);
  return sent;
}

ssize_t recvmsg(int descriptor, msghdr* message, int flags) {
  static const auto real = next<ssize_t(int, msghdr*, int)>("recvmsg");
  const auto got = real(descriptor, message, flags);
  if (got >= 0) write_again(*message, static_cast<std::size_t>(got));
  return got;
}

ssize_t recv(int descriptor, void* buffer, std::size_t octets, int flags) {
  static const auto real = next<ssize_t(int, void*, std::size_t, int)>("recv");
  const auto got = real(descriptor, buffer, octets, flags);
  if (got > 0) write_again(buffer, static_cast<std::size_t>(got));
  return got;
}

ssize_t read(int descriptor, void* buffer, std::size_t octets) {
  static const auto real = next<ssize_t(int, void*, std::size_t)>("read");
  const auto got = real(descriptor, buffer, octets);
  if (got > 0) write_again(buffer, static_cast<std::size_t>(got));
  return got;
}

int epoll_wait(int descriptor, epoll_event* events, int count, int timeout) {
  static const auto real = next<int(int, epoll_event*, int, int)>("epoll_wait");
  const int got = real(descriptor, events, count, timeout);
  if (got > 0) write_again(events, sizeof *events * static_cast<std::size_t>(got));
  return got;
}

}  // extern "C"
