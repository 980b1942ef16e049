// Round trips of one frame through AF_PACKET, as a C program makes them: what the library is compared with.
//
//     round-trip echo INTERFACE         sends every frame to this station back to its sender
//     round-trip ping INTERFACE COUNT   sends a frame and waits for it to come back; prints the median in microseconds
//     round-trip tap                    file descriptor 3 is the air of a TAP device: what is sent there comes back
//
// The stations are those of mac80211_hwsim's first two radios: the one that pings 02:00:00:00:00:00, the other
// 02:00:00:00:01:00.
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { DESTINATION = 4, SOURCE = 10, ADDRESS_LENGTH = 6, EVERY_PROTOCOL = 3, MAX_PACKET = 4096 };

// Radiotap: RATE 1 Mbit/s, TX_FLAGS 0.
static const unsigned char INJECTED[] = {0, 0, 12, 0, 4, 0x80, 0, 0, 2, 0, 0, 0};
// TSFT, FLAGS, RATE, CHANNEL, signal: what a station hears is longer.
static const unsigned char HEARD[] = {0, 0, 26, 0, 0x2f, 0x48, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x6c, 9, 0xa0, 0, 0xce, 0, 0, 0};
// RATE, TX_FLAGS 0 (acknowledged), DATA_RETRIES 0: the status of what was sent.
static const unsigned char STATUS[] = {0, 0, 13, 0, 4, 0x80, 2, 0, 2, 0, 0, 0, 0};
// An action frame of 60 bytes of ESP-NOW to the second radio.
static const unsigned char FRAME[99] = {0xd0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 0, 0,
                                        0x7f, 0x18, 0xfe, 0x34, 1, 2, 3, 4, 0xdd, 65, 0x18, 0xfe, 0x34, 4, 2};

static int headerLength(const unsigned char *packet) { return packet[2] | packet[3] << 8; }

static int openSocket(const char *name) {
  struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(EVERY_PROTOCOL)};
  address.sll_ifindex = (int)if_nametoindex(name);
  int fd = socket(AF_PACKET, SOCK_RAW, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
    perror(name);
    exit(1);
  }
  return fd;
}

// The next packet to `station`: a status is to somebody else. Returns its length.
static long receive(int fd, unsigned char *packet, const unsigned char *station) {
  for (;;) {
    long length = recv(fd, packet, MAX_PACKET, 0);
    if (length < 0) {
      perror("recv");
      exit(1);
    }
    int start = headerLength(packet);
    if (start + 24 <= length && memcmp(packet + start + DESTINATION, station, ADDRESS_LENGTH) == 0) return length;
  }
}

static void echo(int fd) {
  unsigned char packet[MAX_PACKET], answer[MAX_PACKET];
  memcpy(answer, INJECTED, sizeof INJECTED);
  puts("ready");
  fflush(stdout);
  for (;;) {
    long length = receive(fd, packet, FRAME + DESTINATION);
    const unsigned char *heard = packet + headerLength(packet);
    unsigned char *frame = answer + sizeof INJECTED;
    length -= headerLength(packet);
    memcpy(frame, heard, length);
    memcpy(frame + DESTINATION, heard + SOURCE, ADDRESS_LENGTH);
    memcpy(frame + SOURCE, heard + DESTINATION, ADDRESS_LENGTH);
    if (send(fd, answer, sizeof INJECTED + length, 0) < 0) perror("send");
  }
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return 1e6 * time.tv_sec + 1e-3 * time.tv_nsec;
}

static int ascending(const void *a, const void *b) { return (*(double *)a > *(double *)b) - (*(double *)a < *(double *)b); }

static void ping(int fd, int count) {
  unsigned char request[sizeof INJECTED + sizeof FRAME], packet[MAX_PACKET];
  memcpy(request, INJECTED, sizeof INJECTED);
  memcpy(request + sizeof INJECTED, FRAME, sizeof FRAME);
  double *times = malloc(count * sizeof *times);
  for (int i = 0; i < count; i++) {
    double start = now();
    if (send(fd, request, sizeof request, 0) < 0) perror("send");
    receive(fd, packet, FRAME + SOURCE);
    times[i] = now() - start;
  }
  qsort(times, count, sizeof *times, ascending);
  printf("%.1f\n", times[count / 2]);
}

static void tap(void) {
  unsigned char packet[MAX_PACKET], answer[MAX_PACKET + sizeof HEARD];
  for (;;) {
    long length = read(3, packet, sizeof packet);
    if (length < 0) return;
    if (headerLength(packet) != sizeof INJECTED) continue; // of the kernel's own (IPv6)
    length -= sizeof INJECTED;
    const unsigned char *headers[] = {HEARD, STATUS};
    const int lengths[] = {sizeof HEARD, sizeof STATUS};
    for (int i = 0; i < 2; i++) {
      memcpy(answer, headers[i], lengths[i]);
      memcpy(answer + lengths[i], packet + sizeof INJECTED, length);
      if (write(3, answer, lengths[i] + length) < 0) perror("write");
    }
  }
}

int main(int count, char **arguments) {
  if (count == 2 && strcmp(arguments[1], "tap") == 0) tap();
  else if (count == 3 && strcmp(arguments[1], "echo") == 0) echo(openSocket(arguments[2]));
  else if (count == 4 && strcmp(arguments[1], "ping") == 0) ping(openSocket(arguments[2]), atoi(arguments[3]));
  else return 2;
}
