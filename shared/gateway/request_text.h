// What a request to a language model says, for a count of its tokens where the provider reports
// nothing: the texts of messages, instructions and tools, without names of fields, images and
// files. Pure. An estimate: roles and what a provider adds around messages are not in it.
#pragma once

#include <string>
#include <string_view>

namespace fairway {

// The texts, a line break between each two; empty where the body is not JSON.
std::string text_of_request(std::string_view body);

}  // namespace fairway
