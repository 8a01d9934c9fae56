#pragma once
// Servers that prove who they are, or fail to, and handshakes with them in memory.

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include <unistd.h>

namespace newsfold::fetch {

template <class T, void (*release)(T*)>
struct Release {
  void operator()(T* t) const { release(t); }
};
template <class T, void (*release)(T*)>
using Owned = std::unique_ptr<T, Release<T, release>>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Owned<X509, X509_free>;
using Context = Owned<SSL_CTX, SSL_CTX_free>;
using Connection = Owned<SSL, SSL_free>;

// Vouches for itself, or an authority does.
struct Identity {
  struct Says {
    char const* names = "DNS:*.tls.example";  // as in openssl.cnf
    char const* common_name = "test";
    long from = -3600;  // seconds from now
    long to = 30 * 86'400;
    Identity const* authority = nullptr;
    bool is_authority = false;
  };
  Key key{EVP_EC_gen("P-256")};
  Certificate certificate{X509_new()};

  Identity() : Identity(Says{}) {}
  explicit Identity(Says const& says) {
    X509* const x = certificate.get();
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), says.from);
    X509_gmtime_adj(X509_getm_notAfter(x), says.to);
    X509_set_pubkey(x, key.get());
    auto* const name = X509_get_subject_name(x);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<unsigned char const*>(says.common_name), -1, -1, 0);
    add_extension(NID_subject_alt_name, says.names);
    if (says.is_authority) add_extension(NID_basic_constraints, "critical,CA:TRUE");
    auto const& authority = says.authority ? *says.authority : *this;
    X509_set_issuer_name(x, X509_get_subject_name(authority.certificate.get()));
    X509_sign(x, authority.key.get(), EVP_sha256());
  }
  void serve_with(SSL_CTX* context) const {
    SSL_CTX_use_certificate(context, certificate.get());
    SSL_CTX_use_PrivateKey(context, key.get());
  }

 private:
  void add_extension(int nid, char const* value) {
    auto* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value);
    ASSERT_NE(extension, nullptr) << value;
    X509_add_ext(certificate.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }
};

// A PEM file of authorities, gone with this.
class Bundle {
 public:
  Bundle() {
    static int number = 0;
    auto const name = "newsfold-tls-" + std::to_string(getpid()) + '-' + std::to_string(++number);
    path_ = std::filesystem::temp_directory_path() / name;
  }
  explicit Bundle(Identity const& identity) : Bundle() { add(identity); }
  Bundle(Bundle const&) = delete;
  Bundle& operator=(Bundle const&) = delete;
  ~Bundle() { remove(); }

  void add(Identity const& identity) const {
    auto* const file = std::fopen(path_.c_str(), "a");
    PEM_write_X509(file, identity.certificate.get());
    std::fclose(file);
  }
  void remove() const { std::filesystem::remove(path_); }
  std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline Context make_server(Identity const& identity) {
  Context server(SSL_CTX_new(TLS_server_method()));
  identity.serve_with(server.get());  // which keeps references of its own
  return server;
}

struct Handshake {
  bool done = false;
  bool resumed = false;
  long verified = X509_V_ERR_UNSPECIFIED;
};

// And a byte each way, for the tickets that come behind it.
inline Handshake shake_hands(SSL_CTX* client_context, SSL_CTX* server_context) {
  Connection const client(SSL_new(client_context)), server(SSL_new(server_context));
  BIO *ours = nullptr, *theirs = nullptr;
  BIO_new_bio_pair(&ours, 0, &theirs, 0);
  SSL_set_bio(client.get(), ours, ours);
  SSL_set_bio(server.get(), theirs, theirs);
  SSL_set_connect_state(client.get());
  SSL_set_accept_state(server.get());
  char byte = 'x';
  for (int i = 0; i < 8; ++i) {
    SSL_do_handshake(client.get());
    SSL_do_handshake(server.get());
    if (SSL_is_init_finished(server.get())) SSL_write(server.get(), &byte, 1);
    if (SSL_is_init_finished(client.get())) SSL_read(client.get(), &byte, 1);
  }
  Handshake const made{.done = SSL_is_init_finished(client.get()) && SSL_is_init_finished(server.get()),
                       .resumed = SSL_session_reused(client.get()) == 1,
                       .verified = SSL_get_verify_result(client.get())};
  SSL_shutdown(client.get());  // a connection that just ends takes the server's session with it
  SSL_shutdown(server.get());
  return made;
}

}  // namespace newsfold::fetch
