#ifndef DOVETAIL_CEPOLL_SHIM_H
#define DOVETAIL_CEPOLL_SHIM_H

#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>

// ppoll is hidden behind _GNU_SOURCE, and poll knows milliseconds only.
int ppoll(struct pollfd *descriptors, nfds_t count, const struct timespec *timeout,
          const sigset_t *mask);

// Hidden like ppoll.
int pthread_setname_np(pthread_t thread, const char *name);

// The flags are an anonymous enumeration with a bit beyond Int32, which Swift imports unevenly.
static const unsigned int dovetail_epoll_oneshot = EPOLLONESHOT;
static const unsigned int dovetail_epoll_readable = EPOLLIN | EPOLLRDHUP;
static const unsigned int dovetail_epoll_writable = EPOLLOUT;
static const unsigned int dovetail_epoll_failed = EPOLLERR | EPOLLHUP;

#endif
