// RFC 9824 section 3.5: nobody may ask for NXNAME.
#include "tests/conformance/edns_fixture.hpp"

namespace torii::testing {
namespace {

class Rfc9824Section35 : public EdnsTest {};

TEST_F(Rfc9824Section35, NxnameIsFormErr) {
  EXPECT_EQ(ask("www.example.", dns::RrType::NXNAME, {}).rcode, 1);
  EXPECT_EQ(options_.find(kExtendedError)->second, (Bytes{0, 30}));  // Invalid Query Type
  EXPECT_EQ(send(make_query({.name = "www.example.", .type = dns::RrType::NXNAME})).rcode, 1);
}

}  // namespace
}  // namespace torii::testing
