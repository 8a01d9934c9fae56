// Data table: the words of class and id attributes by what they mean, and how they are found in a value.
#include "feeds/clean/extract/names.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cctype>
#include <cstring>
#include <string>
#include <unordered_map>

namespace newsfold::clean {
namespace {

struct Words {
  Name name;
  std::string_view words;  // by blanks; lower case
};

constexpr auto vocabulary = std::to_array<Words>({
    {Name::article,
     "article articles story stories post posts entry hentry artikel articulo articolo noticia noticias "
     "materia news blog "
     "blogpost newsitem storytext articletext posttext postcontent articlecontent storycontent single "
     "singlepost "
     "beitrag nachricht meldung nota statya novost reportage"},
    {Name::body,
     "body content contents text txt copy richtext prose paragraph paragraphs para inhalt contenu contenido "
     "cuerpo corpo "
     "conteudo texto texte tekst main articlebody storybody postbody entrycontent bodytext maintext fulltext "
     "wysiwyg rte "
     "markdown zn zone detail details page core"},
    {Name::comment,
     "comment comments commenting commentlist discussion disqus respond reply replies kommentar kommentare "
     "kommentarer "
     "commentaire commentaires comentario comentarios commenti reacties opinie livefyre coral spotim openweb "
     "viafoura "
     "forum guestbook trackback trackbacks pingback"},
    {Name::share,
     "share sharing shares sharer sharebar sharetools social socials facebook twitter whatsapp pinterest "
     "linkedin reddit "
     "telegram addthis addtoany sharethis compartir partager teilen condividi follow follows followers like "
     "likes sns "
     "bookmark bookmarks icon icons print email mailto tools toolbar toolbox actions action"},
    {Name::related,
     "related relateds recommended recommendation recommendations recommend recommends more readmore seealso "
     "similar "
     "popular trending mostread mostpopular mostviewed latest recirc recirculation outbrain taboola zergnet "
     "upnext next "
     "previous prev prevnext relacionadas relacionados relacionado weitere mehr lire associes correlati "
     "suggested "
     "suggestions further alsoread readalso also zemanta contentad yarpp jp onward collection package rank "
     "ranking ticker "
     "headlines hot newsfeed"},
    {Name::nav,
     "nav navi navigation navbar menu menus submenu megamenu breadcrumb breadcrumbs crumb crumbs pagination "
     "pager paging "
     "pages skip sitemap topnav subnav tabs tab hamburger dropdown search searchbar searchform toggle "
     "directory links "
     "linklist quicklinks jump scroll anchor language languages lang"},
    {Name::ad,
     "ad ads adv advert adverts advertisement advertisements advertising adsense adslot adunit adbox adwrap "
     "adcontainer "
     "admanager dfp gpt banner banners sponsor sponsors sponsored sponsoring werbung anzeige anzeigen "
     "publicidad publicidade "
     "publicite pubblicita reklama reklam annonce leaderboard skyscraper mpu billboard affiliate affiliates "
     "commercial "
     "partner partners native"},
    {Name::subscribe,
     "newsletter newsletters subscribe subscription subscriptions subscriber subscribers signup sign paywall "
     "wall login "
     "signin register registration account member members membership premium abo abonnement suscripcion "
     "mailchimp optin "
     "inline meter metered gate gateway regwall piano tp leaky donate donation donations support app apps "
     "download"},
    {Name::author,
     "author authors byline bylines bio biography contributor contributors writer autor autore auteur "
     "redakteur vcard "
     "profile avatar gravatar about aboutauthor authorbox staff reporter journalist firma"},
    {Name::caption,
     "caption captions credit credits copyright photo photos image images img picture pictures gallery "
     "galleries figure "
     "figcaption slideshow slide slides slider carousel lightbox media video videos player thumbnail thumb "
     "thumbs foto "
     "fotos bild bilder bildunterschrift legend legende pie photographer source embed audio podcast"},
    {Name::dateline,
     "date dates datetime time timestamp pubdate published publish updated update modified datum fecha data "
     "posted meta "
     "metadata postmeta entrymeta dateline posttime readtime readingtime"},
    {Name::tag,
     "tag tags taglist topic topics category categories cat keyword keywords label labels etiquetas tagcloud "
     "taxonomy "
     "terms section sections channel rubrik kicker eyebrow overline ressort"},
    {Name::title, "title titles headline hed heading headings titel titulo titolo titre head h1 h2 h3 name"},
    {Name::lead,
     "lead lede leadtext intro introduction standfirst summary excerpt abstract description desc dek deck "
     "subtitle "
     "subheadline subheading subhead subtitulo sottotitolo vorspann chapo chapeau synopsis teaser bajada "
     "entradilla "
     "ingress tldr preview snippet keypoints takeaways highlights highlight bullets bullet digest"},
    {Name::footer,
     "footer foot bottom colophon copyright legal disclaimer footnote footnotes fuss pie imprint impressum"},
    {Name::side,
     "sidebar side aside rail right left column columns col secondary tertiary extra complementary sticky "
     "fixed float"},
    {Name::modal,
     "cookie cookies consent gdpr ccpa modal popup popover pop overlay dialog interstitial alert alerts "
     "notice notices "
     "notification notifications message messages tooltip hidden hide error warning browser"},
    {Name::live, "live liveblog liveticker ticker timeline posts post update updates"},
    {Name::quote,
     "quote quotes pullquote blockquote quotation zitat tweet twitter instagram embed embeds embedded oembed "
     "testimonial"},
    {Name::toc, "toc contents outline index inhaltsverzeichnis jumplinks"},
    {Name::header, "header masthead top topbar hero banner logo brand branding branded site head"},
    {Name::promo,
     "promo promos promotion promotional cta callout box infobox factbox teaser teasers offer offers shop "
     "buy deal deals "
     "product products price card cards marketing widget widgets module block plugin textwidget event events "
     "job jobs"},
    {Name::list,
     "list lists item items grid feed card cards tile tiles row rows carousel slider swiper slick archive "
     "loop stream "
     "river index"},
    {Name::info,
     "info information infos details specs facts fact notes note rating ratings review table stats"},
});

std::unordered_map<std::string_view, Names> const& table() {
  static auto const made = [] {
    std::unordered_map<std::string_view, Names> out;
    for (auto const& group : vocabulary) {
      auto rest = group.words;
      while (!rest.empty()) {
        auto const end = std::min(rest.find(' '), rest.size());
        if (end > 0) out[rest.substr(0, end)] |= bit(group.name);
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
    return out;
  }();
  return made;
}

constexpr std::size_t part_bytes_min = 4;  // of a known word at either end of an unknown one

// Four letters as a number of 12 bits.
std::size_t key_of(char const* letters) {
  std::uint32_t four = 0;
  std::memcpy(&four, letters, sizeof four);
  return four * 0x9E3779B1u >> 20;
}

// Nearly every word is unknown, and so are its ends: the first and the last four letters mostly tell.
struct Ends {
  std::bitset<4096> first, last;
};
Ends const& ends() {
  static auto const made = [] {
    Ends out;
    for (auto const& [word, names] : table()) {
      if (word.size() < part_bytes_min) continue;
      out.first.set(key_of(word.data()));
      out.last.set(key_of(word.data() + word.size() - part_bytes_min));
    }
    return out;
  }();
  return made;
}

constexpr std::size_t value_bytes_max = 256;
constexpr std::size_t word_bytes_max = 32;

Names names_of_word(std::string_view word) {
  auto const& known = table();
  if (auto const found = known.find(word); found != known.end()) return found->second;
  // "relatedposts", "newsletterbox": the longest known word at the front and at the back.
  Names out = 0;
  if (word.size() < part_bytes_min + 2) return out;
  bool const may_begin = ends().first.test(key_of(word.data()));
  for (auto length = word.size() - 1; may_begin && length >= part_bytes_min && out == 0; --length)
    if (auto const found = known.find(word.substr(0, length)); found != known.end()) out = found->second;
  if (!ends().last.test(key_of(word.data() + word.size() - part_bytes_min))) return out;
  for (std::size_t begin = 1; begin + part_bytes_min <= word.size(); ++begin) {
    auto const found = known.find(word.substr(begin));
    if (found == known.end()) continue;
    return out | found->second;
  }
  return out;
}

}  // namespace

Names names_in(std::string_view value) noexcept {
  value = value.substr(0, value_bytes_max);
  std::array<char, word_bytes_max> word{};
  std::size_t length = 0;
  bool too_long = false;
  Names out = 0;
  for (std::size_t i = 0; i <= value.size(); ++i) {
    char const c = i < value.size() ? value[i] : ' ';
    bool const letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (length > 0 && c >= '0' && c <= '9');
    bool const hump = i > 0 && c >= 'A' && c <= 'Z' && value[i - 1] >= 'a' && value[i - 1] <= 'z';
    if ((!letter || hump) && length > 0) {
      if (!too_long && length > 1) out |= names_of_word({word.data(), length});
      length = 0;
      too_long = false;
    }
    if (!letter) continue;
    if (length < word.size())
      word[length++] = char(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    else
      too_long = true;
  }
  return out;
}

}  // namespace newsfold::clean
