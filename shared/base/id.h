// Identifiers of our own rows: a word for the kind and 26 base32 characters (130 random bits), such
// as "dep_4k2m...". Not guessable, safe in paths and file names. Names at providers are not made
// here: those must be deterministic (see provisioning.h, resource_name).
#pragma once

#include <string>
#include <string_view>

namespace fairway {

constexpr size_t id_random_bytes = 17;

// `random` has id_random_bytes bytes from the Random port.
std::string make_id(std::string_view kind, std::string_view random);

// True for [a-z0-9-]{4,64}: what the builder may call a project.
bool is_project_id(std::string_view id);

// "Café Zürich!" -> "cafe-zurich", at most `size_max` characters, never empty ("app").
std::string slug(std::string_view name, size_t size_max);

}  // namespace fairway
